//! By SOSL where a number or an address is looked for, for it searches every field of that sort.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl.htm>

use super::Static;

const CONTACT: &[&str] = &[
    "Id",
    "Name",
    "FirstName",
    "LastName",
    "Phone",
    "MobilePhone",
    "Email",
    "AccountId",
];
const ACCOUNT: &[&str] = &["Id", "Name", "AccountNumber", "Phone", "Website"];

pub(super) const ACTIONS: &[Static] = &[
    Static {
        name: "GetContactByPhoneNumber",
        input: "PHONE_NUMBER",
        url: "/services/data/v66.0/search?q=FIND+%7B$esc.url($salesforce.escReserved($input.PHONE_NUMBER.replaceAll('[^0-9+]', '')))+OR+$input.PHONE_NUMBER.replaceAll('[^0-9]', '')%7D+IN+PHONE+FIELDS+RETURNING+Contact(Id,Name,FirstName,LastName,Phone,MobilePhone,Email,AccountId)",
        path: "$.searchRecords",
        fields: CONTACT,
    },
    Static {
        name: "GetContactByEmail",
        input: "EMAIL_ADDRESS",
        url: "/services/data/v66.0/search?q=FIND+%7B$esc.url($salesforce.escReserved($input.EMAIL_ADDRESS))%7D+IN+EMAIL+FIELDS+RETURNING+Contact(Id,Name,FirstName,LastName,Phone,MobilePhone,Email,AccountId)",
        path: "$.searchRecords",
        fields: CONTACT,
    },
    Static {
        name: "GetAccountByPhoneNumber",
        input: "PHONE_NUMBER",
        url: "/services/data/v66.0/search?q=FIND+%7B$esc.url($salesforce.escReserved($input.PHONE_NUMBER.replaceAll('[^0-9+]', '')))+OR+$input.PHONE_NUMBER.replaceAll('[^0-9]', '')%7D+IN+PHONE+FIELDS+RETURNING+Account(Id,Name,AccountNumber,Phone,Website)",
        path: "$.searchRecords",
        fields: ACCOUNT,
    },
    Static {
        name: "GetAccountByAccountNumber",
        input: "ACCOUNT_NUMBER",
        url: "/services/data/v66.0/query?q=SELECT+Id,Name,AccountNumber,Phone,Website+FROM+Account+WHERE+AccountNumber='$esc.url($input.ACCOUNT_NUMBER)'",
        path: "$.records",
        fields: ACCOUNT,
    },
    Static {
        name: "GetAccountByContactId",
        input: "CONTACT_ID",
        url: "/services/data/v66.0/query?q=SELECT+Id,Name,AccountNumber,Phone,Website+FROM+Account+WHERE+Id+IN+(SELECT+AccountId+FROM+Contact+WHERE+Id='$esc.url($input.CONTACT_ID)')",
        path: "$.records",
        fields: ACCOUNT,
    },
    Static {
        name: "GetMostRecentOpenCaseByContactId",
        input: "CONTACT_ID",
        url: "/services/data/v66.0/query?q=SELECT+Id,CaseNumber,Subject,Status,Priority,LastModifiedDate+FROM+Case+WHERE+ContactId='$esc.url($input.CONTACT_ID)'+AND+IsClosed=false+ORDER+BY+LastModifiedDate+DESC+LIMIT+1",
        path: "$.records",
        fields: &[
            "Id",
            "CaseNumber",
            "Subject",
            "Status",
            "Priority",
            "LastModifiedDate",
        ],
    },
];
