//! Contacts are users, accounts organisations, cases tickets. Organisations have no telephone number, so
//! none is found by one. <https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/>

use super::Static;

const ACCOUNT: &[&str] = &["id", "name", "external_id"];

pub(super) const ACTIONS: &[Static] = &[
    Static {
        name: "GetContactByPhoneNumber",
        input: "PHONE_NUMBER",
        url: "/api/v2/search.json?query=type:user%20phone:*$input.PHONE_NUMBER.replaceAll('[^0-9]', '')",
        path: "$.results",
        fields: &["id", "name", "email", "phone", "organization_id"],
    },
    Static {
        name: "GetAccountByAccountNumber",
        input: "ACCOUNT_NUMBER",
        url: "/api/v2/organizations/search.json?external_id=$esc.url($input.ACCOUNT_NUMBER)",
        path: "$.organizations",
        fields: ACCOUNT,
    },
    Static {
        name: "GetAccountByContactId",
        input: "CONTACT_ID",
        url: "/api/v2/users/$esc.uriEncode($input.CONTACT_ID)/organizations.json",
        path: "$.organizations",
        fields: ACCOUNT,
    },
    Static {
        name: "GetMostRecentOpenCaseByContactId",
        input: "CONTACT_ID",
        url: "/api/v2/search.json?query=type:ticket%20requester:$esc.url($input.CONTACT_ID)%20status%3Csolved&sort_by=updated_at&sort_order=desc",
        path: "$.results[0:1]",
        fields: &["id", "subject", "status", "priority", "updated_at"],
    },
];
