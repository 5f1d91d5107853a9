// Judges the Autotask sandbox with npm's @apigrate/autotask-restapi, which we did not write.
//
//     npm ci
//     node autotask_client.mjs http://127.0.0.1:9103 bridge@api.example.com SECRET CODE
//
// Prints one line per check and exits with 1 if any failed.

import client from '@apigrate/autotask-restapi';

const { AutotaskRestApi, AutotaskApiError, FilterOperators } = client;
const [host, user, secret, code] = process.argv.slice(2);
const options = { base_url: `${host}/ATServicesRest/` };
const api = new AutotaskRestApi(user, secret, code, options);

let failures = 0;
function check(name, passed, detail = '') {
  failures += passed ? 0 : 1;
  const more = passed ? '' : `: ${JSON.stringify(detail)}`;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}${more}`);
}

async function refused(name, words, call) {
  try {
    check(name, false, await call());
  } catch (error) {
    const isTheirs = error instanceof AutotaskApiError;
    check(name, isTheirs && `${error.message} ${JSON.stringify(error.details)}`.includes(words), error.message);
  }
}

const companies = await api.Companies.query({
  filter: [{ op: FilterOperators.eq, field: 'companyName', value: 'Nordwind GmbH' }],
});
check('the zone is looked up first', api.zoneInfo?.url === `${host}/ATServicesRest/`, api.zoneInfo);
check('a company is found by its name', companies.items.length === 1, companies);
const companyID = companies.items[0].id;

const fields = await api.Tickets.fieldInfo();
const priorities = fields.fields.find((field) => field.name === 'priority').picklistValues;
check('picklist values are texts', priorities.every((row) => typeof row.value === 'string'), priorities);
const high = Number(priorities.find((row) => row.label === 'High').value);
const queues = fields.fields.find((field) => field.name === 'queueID').picklistValues;

const ticket = {
  companyID, title: 'Judged', status: 1, priority: high, queueID: Number(queues[0].value), externalID: 'judge-1',
};
const created = await api.Tickets.create(ticket);
check('a create answers itemId', Number.isInteger(created.itemId), created);
const id = created.itemId;
const read = await api.Tickets.get(id);
check('a ticket is read inside item', read.item.title === 'Judged', read);
check('the default category gives a due date', Boolean(read.item.dueDateTime), read);
await refused('a create without a title is a 500 that says so', 'title is required', () =>
  api.Tickets.create({ ...ticket, title: undefined }));
await refused('a category without a due date wants one', 'dueDateTime is required.', () =>
  api.Tickets.create({ ...ticket, ticketCategory: 113 }));
await refused('a resource needs its role', 'you must assign both', () =>
  api.Tickets.create({ ...ticket, assignedResourceID: 29682901 }));

const note = await api.TicketNotes.create(id, { title: 'Again', description: 'Once more', noteType: 3, publish: 1 });
check('a note answers itemId', Number.isInteger(note.itemId), note);
const notes = await api.TicketNotes.query({ filter: [{ op: 'eq', field: 'ticketID', value: id }] });
check('a note is found by its ticket', notes.items[0]?.description === 'Once more', notes);

await api.Tickets.update({ id, status: 5 });
const after = await api.Tickets.get(id);
check('PATCH changes what it names and nothing else', after.item.status === 5 && after.item.title === 'Judged', after);
const direct = await fetch(`${host}/ATServicesRest/V1.0/Tickets/${id}`, {
  method: 'PATCH',
  headers: { ApiIntegrationCode: code, UserName: user, Secret: secret, 'content-type': 'application/json' },
  body: JSON.stringify({ status: 1 }),
});
check('PATCH /Tickets/{id} is a 405', direct.status === 405, direct.status);

const byKey = (value) => api.Tickets.query({ filter: [{ op: 'eq', field: 'externalID', value }] });
check('a ticket is found by its external id', (await byKey('judge-1')).items[0]?.id === id);
check('another one is not', (await byKey('judge-2')).items.length === 0);
const byText = await api.Tickets.query({ filter: [{ op: 'eq', field: 'id', value: String(id) }] });
check('a text against a number silently finds nothing', byText.items.length === 0, byText);
const either = await api.Tickets.query({
  IncludeFields: ['title'],
  filter: [{ op: 'or', items: [{ op: 'eq', field: 'id', value: 1 }, { op: 'beginsWith', field: 'title', value: 'Jud' }] }],
});
check('groups and IncludeFields work', either.items.length === 1 && !('status' in either.items[0]), either);
check('a count is a number', (await api.Tickets.count({ filter: [{ op: 'exist', field: 'id' }] })).queryCount === 1);

const shown = { ImpersonationResourceId: 29682885 };
const shownID = (await api.Tickets.create({ ...ticket, externalID: 'judge-3' }, shown)).itemId;
check('a creator may be impersonated', (await api.Tickets.get(shownID)).item.creatorResourceID === 29682885);
await refused('a stranger may not', 'impersonated', () =>
  api.Tickets.create(ticket, { ImpersonationResourceId: 1 }));
await refused('a wrong secret is refused', 'Authorization error', () =>
  new AutotaskRestApi(user, 'wrong', code, options).Tickets.get(id));
await refused('a wrong tracking identifier is a 500', 'IntegrationCode is invalid.', () =>
  new AutotaskRestApi(user, secret, 'wrong', options).Tickets.get(id));

process.exit(failures ? 1 : 0);
