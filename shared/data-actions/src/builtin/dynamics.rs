//! A telephone number is looked for as it is dialled and in digits alone; no national form is guessed.
//! <https://learn.microsoft.com/en-us/power-apps/developer/data-platform/webapi/query/overview>

use super::Static;

const CONTACT: &[&str] = &[
    "contactid",
    "fullname",
    "firstname",
    "lastname",
    "telephone1",
    "mobilephone",
    "emailaddress1",
];
const ACCOUNT: &[&str] = &[
    "accountid",
    "name",
    "accountnumber",
    "telephone1",
    "websiteurl",
];

pub(super) const ACTIONS: &[Static] = &[
    Static {
        name: "GetContactByPhoneNumber",
        input: "PHONE_NUMBER",
        url: "/api/data/v9.2/contacts?${esc.dollar}select=contactid,fullname,firstname,lastname,telephone1,mobilephone,emailaddress1&${esc.dollar}filter=telephone1%20eq%20'$esc.url($input.PHONE_NUMBER.replaceAll('[^0-9+]', ''))'%20or%20telephone1%20eq%20'$input.PHONE_NUMBER.replaceAll('[^0-9]', '')'%20or%20mobilephone%20eq%20'$esc.url($input.PHONE_NUMBER.replaceAll('[^0-9+]', ''))'%20or%20mobilephone%20eq%20'$input.PHONE_NUMBER.replaceAll('[^0-9]', '')'",
        path: "$.value",
        fields: CONTACT,
    },
    Static {
        name: "GetContactByEmail",
        input: "EMAIL_ADDRESS",
        url: "/api/data/v9.2/contacts?${esc.dollar}select=contactid,fullname,firstname,lastname,telephone1,mobilephone,emailaddress1&${esc.dollar}filter=emailaddress1%20eq%20'$esc.url($input.EMAIL_ADDRESS)'",
        path: "$.value",
        fields: CONTACT,
    },
    Static {
        name: "GetAccountByPhoneNumber",
        input: "PHONE_NUMBER",
        url: "/api/data/v9.2/accounts?${esc.dollar}select=accountid,name,accountnumber,telephone1,websiteurl&${esc.dollar}filter=telephone1%20eq%20'$esc.url($input.PHONE_NUMBER.replaceAll('[^0-9+]', ''))'%20or%20telephone1%20eq%20'$input.PHONE_NUMBER.replaceAll('[^0-9]', '')'",
        path: "$.value",
        fields: ACCOUNT,
    },
    Static {
        name: "GetAccountByAccountNumber",
        input: "ACCOUNT_NUMBER",
        url: "/api/data/v9.2/accounts?${esc.dollar}select=accountid,name,accountnumber,telephone1,websiteurl&${esc.dollar}filter=accountnumber%20eq%20'$esc.url($input.ACCOUNT_NUMBER)'",
        path: "$.value",
        fields: ACCOUNT,
    },
    Static {
        name: "GetAccountByContactId",
        input: "CONTACT_ID",
        url: "/api/data/v9.2/accounts?${esc.dollar}select=accountid,name,accountnumber,telephone1,websiteurl&${esc.dollar}filter=_primarycontactid_value%20eq%20$esc.url($input.CONTACT_ID)",
        path: "$.value",
        fields: ACCOUNT,
    },
    Static {
        name: "GetMostRecentOpenCaseByContactId",
        input: "CONTACT_ID",
        url: "/api/data/v9.2/incidents?${esc.dollar}select=incidentid,title,statuscode,modifiedon&${esc.dollar}filter=_customerid_value%20eq%20$esc.url($input.CONTACT_ID)%20and%20statecode%20eq%200&${esc.dollar}orderby=modifiedon%20desc&${esc.dollar}top=1",
        path: "$.value",
        fields: &["incidentid", "title", "statuscode", "modifiedon"],
    },
];
