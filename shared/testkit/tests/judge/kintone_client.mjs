// Judges the kintone sandbox, and a record that Deskbridge has written into it, with the vendor's own
// client, npm's @kintone/rest-api-client.
//
//     npm ci
//     node kintone_client.mjs http://localhost:9104 FULL_TOKEN ADD_ONLY_TOKEN
//
// Prints one line per check and exits with 1 if any failed.

import { setDefaultResultOrder } from 'node:dns';
import { KintoneRestAPIClient, KintoneRestAPIError } from '@kintone/rest-api-client';

// The client takes plain HTTP from a host of this very name only.
setDefaultResultOrder('ipv4first');
const [baseUrl, full, addOnly] = process.argv.slice(2);
const client = (apiToken, more = {}) => new KintoneRestAPIClient({ baseUrl, auth: { apiToken }, ...more });
const api = client(full);
const app = '7';

let failures = 0;
function check(name, passed, detail = '') {
  failures += passed ? 0 : 1;
  const more = passed ? '' : `: ${JSON.stringify(detail)}`;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}${more}`);
}

async function refused(name, status, code, call) {
  try {
    check(name, false, await call());
  } catch (error) {
    const theirs = error instanceof KintoneRestAPIError;
    check(name, theirs && error.status === status && error.code === code, `${error.status} ${error.code} ${error}`);
    return error;
  }
  return {};
}

// What Deskbridge wrote: every type, as a reader of kintone finds it.
const { records } = await api.record.getRecords({ app, query: 'order by $id asc limit 1' });
const written = records[0];
const expected = {
  チケット番号: ['NUMBER', '4711'],
  件名: ['SINGLE_LINE_TEXT', '返品したい'],
  本文: ['MULTI_LINE_TEXT', '一行\n二行 <太字>'],
  本文_書式: ['RICH_TEXT', '一行<br>二行 &lt;太字&gt;'],
  URL: ['LINK', 'https://example.relationapp.jp/tickets/#/12/tickets/4711'],
  状態: ['DROP_DOWN', '未対応'],
  区分: ['RADIO_BUTTON', '至急'],
  ラベル: ['CHECK_BOX', ['重要', 'お問い合わせ/返品']],
  分類: ['MULTI_SELECT', ['お問い合わせ > 配送']],
  対応日: ['DATE', '2026-09-22'],
  対応時刻: ['TIME', '00:14'],
  対応日時: ['DATETIME', '2026-09-21T15:14:00Z'],
  担当者: ['USER_SELECT', [{ code: 'taro.osaka@example.com', name: 'taro.osaka@example.com' }]],
  担当組織: ['ORGANIZATION_SELECT', [{ code: 'sales', name: 'sales' }]],
  担当グループ: ['GROUP_SELECT', [{ code: 'support', name: 'support' }]],
};
for (const [code, [type, value]] of Object.entries(expected)) {
  const field = written[code];
  const same = JSON.stringify(field?.value) === JSON.stringify(value);
  check(`${type} round-trips`, field?.type === type && same, field);
}
check('the key names the message', /^example\/12\/message_sent\/\d+$/.test(written.同期キー.value), written.同期キー);

// The sandbox itself, as the client knows the vendor.
const { properties } = await api.app.getFormFields({ app });
check('a form is read', properties.同期キー.unique === true && properties.ラベル.options.重要.label === '重要', properties);
check('an app is read', (await api.app.getApp({ id: app })).name === '対応履歴');
const added = await api.record.addRecord({ app, record: { 件名: { value: '直接' }, 同期キー: { value: 'judge-1' } } });
check('a record is added', typeof added.id === 'string' && added.revision === '1', added);
const read = await api.record.getRecord({ app, id: added.id });
check('and read', read.record.件名.value === '直接' && read.record.$id.value === added.id, read);
check('a default is filled in', read.record.区分.value === '通常', read.record.区分);
const ignored = await api.record.addRecord({ app, record: { 無い欄: { value: 'x' } } });
check('an unknown code is passed over', !('無い欄' in (await api.record.getRecord({ app, id: ignored.id })).record));
const duplicate = await refused('a value that is there already is CB_VA01', 400, 'CB_VA01', () =>
  api.record.addRecord({ app, record: { 同期キー: { value: 'judge-1' } } }));
check('it names the field', Object.keys(duplicate.errors ?? {}).join() === 'record.同期キー.value', duplicate.errors);
await refused('an option that is not there is CB_VA01', 400, 'CB_VA01', () =>
  api.record.addRecord({ app, record: { 状態: { value: '無い' } } }));
await api.record.updateRecord({ app, updateKey: { field: '同期キー', value: 'judge-1' }, record: { 件名: { value: '二度目' } } });
check('a record is updated by its key', (await api.record.getRecord({ app, id: added.id })).record.件名.value === '二度目');
const upsert = (value) => api.record.updateRecords({
  app, upsert: true, records: [{ updateKey: { field: '同期キー', value }, record: { 件名: { value: '更新' } } }],
});
check('upsert updates', (await upsert('judge-1')).records[0].operation === 'UPDATE');
check('or inserts', (await upsert('judge-2')).records[0].operation === 'INSERT');
const many = await api.record.addRecords({ app, records: [{ 件名: { value: 'a' } }, { 件名: { value: 'b' } }] });
check('several are added at once', many.ids.length === 2, many);
const byTitle = await api.record.getRecords({ app, query: '件名 in ("更新") order by $id asc', fields: ['$id', '件名'] });
check('a query finds, with the fields asked for', byTitle.records.length === 2 && Object.keys(byTitle.records[0]).length === 2, byTitle);

check('a token that may add reads the form', 'properties' in (await client(addOnly).app.getFormFields({ app })));
await refused('but no record', 403, 'GAIA_NO01', () => client(addOnly).record.getRecords({ app }));
await refused('a wrong token is GAIA_IA02', 400, 'GAIA_IA02', () => client('wrong').record.getRecords({ app }));
await refused('two tokens of one app are GAIA_DA03', 400, 'GAIA_DA03', () => client([full, addOnly]).record.getRecords({ app }));
check('a guest space has its own path', (await client(full, { guestSpaceId: 3 }).app.getApp({ id: app })).name === '対応履歴');

process.exit(failures ? 1 : 0);
