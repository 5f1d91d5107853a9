"""What must hold of every deployment, whichever template made it and with whatever parameters."""

import difflib
import json

import pytest
from templates import EVERYTHING, cdk, definitions, functions, sam

LARGEST_AGE = 4 * 86_400
DLQ_AGE = 14 * 86_400
TABLES = {f"DESKBRIDGE_TABLE_{name}" for name in ("INTEGRATIONS", "STATE", "HISTORY")}
# What a function needs to be told beyond its tables and DESKBRIDGE_LOG.
NEEDS = {
    "webhook": {"DESKBRIDGE_QUEUE_INBOUND", "DESKBRIDGE_SECRET_PREFIX"},
    "evaluate": {"DESKBRIDGE_QUEUE_OUTBOUND"},
    "dispatch": {"DESKBRIDGE_QUEUE_INBOUND", "DESKBRIDGE_QUEUE_OUTBOUND", "DESKBRIDGE_SECRET_PREFIX"},
    "sweep": {"DESKBRIDGE_QUEUE_OUTBOUND"},
    "poll": {"DESKBRIDGE_QUEUE_INBOUND", "DESKBRIDGE_SECRET_PREFIX"},
    "data": {"DESKBRIDGE_SECRET_PREFIX"},
    "admin": {"DESKBRIDGE_QUEUE_INBOUND", "DESKBRIDGE_QUEUE_OUTBOUND", "DESKBRIDGE_SECRET_PREFIX"},
}
# An app at Slack has addresses without a key; Zoho Desk asks with a GET whether anybody is at its address.
OWN_ROUTES = {"webhook-slack": "POST /slack/{what}", "webhook-zoho-desk": "ANY /webhooks/zoho-desk/{key}"}
# Who calls vendors on nobody's behalf, and may say that a credential is not to be used.
CALLERS = {"dispatch", "poll"}


@pytest.fixture(params=[(sam, False), (sam, True), (cdk, False), (cdk, True)], ids=["sam", "sam-all", "cdk", "cdk-all"])
def template(request):
    read, everything = request.param
    return read(everything)


@pytest.fixture
def has_key(request):
    return request.node.callspec.params["template"][1]


def as_list(value):
    return value if isinstance(value, list) else [value]


def function_names(template):
    """Logical id by crate."""
    prefix = "${AWS::StackName}-"
    found = template.of("Lambda::Function").items()
    return {properties["FunctionName"].removeprefix(prefix): name for name, properties in found}


def kind(crate):
    return crate.split("-")[0]


def statements(template, role):
    policies = as_list(template.of("IAM::Role")[role]["Policies"])
    return [one for policy in policies for one in as_list(policy["PolicyDocument"]["Statement"])]


def role_of(template, function):
    return template.of("Lambda::Function")[function]["Role"].removeprefix("${").removesuffix(".Arn}")


@pytest.mark.parametrize("everything", [False, True])
def test_both_templates_say_the_same(everything):
    def lines(template):
        both = {"resources": template.resources, "outputs": template.outputs}
        return json.dumps(both, indent=1, sort_keys=True).splitlines()

    one, other = sam(everything), cdk(everything)
    assert sorted(one.resources) == sorted(other.resources)
    difference = difflib.unified_diff(lines(one), lines(other), "sam", "cdk", lineterm="", n=8)
    assert not (difference := list(difference)), "\n".join(difference)


def test_every_function_crate_is_deployed_and_nothing_else(template):
    assert sorted(function_names(template)) == functions()


def test_every_function_is_told_what_it_reads_and_nothing_else(template):
    for crate, name in function_names(template).items():
        told = template.of("Lambda::Function")[name]["Environment"]["Variables"]
        assert set(told) == TABLES | {"DESKBRIDGE_LOG"} | NEEDS[kind(crate)]
        assert set(told) <= set(definitions()["environment"])
        secret = {variable: value for variable, value in told.items() if "${" not in value}
        assert set(secret) == {"DESKBRIDGE_LOG"}, "everything else is a reference"


def test_functions_run_the_bootstrap_and_are_bounded(template):
    all_functions = template.of("Lambda::Function")
    for properties in all_functions.values():
        assert properties["Runtime"] == "provided.al2023"
        assert properties["Handler"] == "bootstrap"
        assert properties["RecursiveLoop"] in ("Allow", "Terminate")
        assert "TracingConfig" not in properties, "a trace would show addresses with their keys"
    allowed = [name for name, properties in all_functions.items() if properties["RecursiveLoop"] == "Allow"]
    assert allowed == ["DispatchFunction"], "the one that sends to the queue it reads"
    reserved = {name: int(one["ReservedConcurrentExecutions"]) for name, one in all_functions.items()}
    webhooks = [count for name, count in reserved.items() if name.endswith("WebhookFunction")]
    assert min(webhooks) == max(reserved.values()), "no vendor is turned away first"
    assert not template.of("Lambda::Url")


def test_a_mapping_reports_single_failures_and_stays_within_the_reserve(template):
    mappings = template.of("Lambda::EventSourceMapping")
    assert len(mappings) == 2
    for mapping in mappings.values():
        function = template.of("Lambda::Function")[mapping["FunctionName"].strip("${}")]
        assert mapping["FunctionResponseTypes"] == "ReportBatchItemFailures"
        most = int(mapping["ScalingConfig"]["MaximumConcurrency"])
        assert 2 <= most <= int(function["ReservedConcurrentExecutions"])
        queue = template.of("SQS::Queue")[mapping["EventSourceArn"].removeprefix("${").removesuffix(".Arn}")]
        window = int(mapping.get("MaximumBatchingWindowInSeconds", 0))
        assert int(queue["VisibilityTimeout"]) >= 6 * int(function["Timeout"]) + window


def test_every_queue_gives_up_into_one_of_its_own_type(template):
    queues = template.of("SQS::Queue")
    sources = {name: one for name, one in queues.items() if "RedrivePolicy" in one}
    assert len(sources) * 2 == len(queues)
    for properties in sources.values():
        redrive = properties["RedrivePolicy"]
        dlq = queues[redrive["deadLetterTargetArn"].removeprefix("${").removesuffix(".Arn}")]
        assert redrive["maxReceiveCount"] == "10"
        assert dlq.get("FifoQueue") == properties.get("FifoQueue")
        assert int(dlq["MessageRetentionPeriod"]) == DLQ_AGE
        assert int(properties["MessageRetentionPeriod"]) <= LARGEST_AGE
        if "FifoQueue" in properties:
            assert properties["DeduplicationScope"] == "messageGroup"
            assert properties["FifoThroughputLimit"] == "perMessageGroupId"


def test_queues_are_encrypted_and_refuse_plain_http(template, has_key):
    policies = {one["Queues"].strip("${}"): one for one in template.of("SQS::QueuePolicy").values()}
    for name, properties in template.of("SQS::Queue").items():
        if has_key:
            assert properties["KmsMasterKeyId"] == EVERYTHING["KmsKeyArn"]
        else:
            assert properties["SqsManagedSseEnabled"] == "true"
        statement = policies[name]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_tables_are_those_of_the_code(template):
    made = template.of("DynamoDB::Table")
    assert len(made) == len(definitions()["tables"])
    for table in definitions()["tables"]:
        properties = made[table["role"].capitalize() + "Table"]
        types = {table["key"]: "S"}
        indexes = {}
        for index in table["indexes"]:
            schema = [{"AttributeName": index["partition"], "KeyType": "HASH"}]
            types[index["partition"]] = "S"
            if sort := index["sort"]:
                types[sort["name"]] = sort["type"]
                schema.append({"AttributeName": sort["name"], "KeyType": "RANGE"})
            indexes[index["name"]] = sorted(schema, key=json.dumps)
        declared = as_list(properties["AttributeDefinitions"])
        assert {one["AttributeName"]: one["AttributeType"] for one in declared} == types
        assert properties["KeySchema"] == {"AttributeName": table["key"], "KeyType": "HASH"}
        found = as_list(properties.get("GlobalSecondaryIndexes", []))
        assert {one["IndexName"]: as_list(one["KeySchema"]) for one in found} == indexes
        assert all(one["Projection"] == {"ProjectionType": "KEYS_ONLY"} for one in found)
        expiry = properties.get("TimeToLiveSpecification", {})
        assert expiry.get("AttributeName") == table["expires_at"]


def test_tables_cannot_be_lost(template, has_key):
    for name, properties in template.of("DynamoDB::Table").items():
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": "true"}
        assert properties["DeletionProtectionEnabled"] == "true"
        resource = template.resources[name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
        key = properties.get("SSESpecification", {}).get("KMSMasterKeyId")
        assert key == (EVERYTHING["KmsKeyArn"] if has_key else None)


def test_each_function_has_a_role_of_its_own_without_wildcards(template):
    roles = [role_of(template, name) for name in template.of("Lambda::Function")]
    others = {"DataActionRole"} & set(template.of("IAM::Role"))
    assert sorted([*roles, *others]) == sorted(template.of("IAM::Role"))
    assert not template.of("IAM::Policy") and not template.of("IAM::ManagedPolicy")
    for role, properties in template.of("IAM::Role").items():
        assert "ManagedPolicyArns" not in properties
        for statement in statements(template, role):
            assert statement["Effect"] == "Allow"
            assert not any("*" in action for action in as_list(statement["Action"])), role
            for resource in as_list(statement["Resource"]):
                ours = resource.split("secret:${AWS::StackName}/", 1)[-1]
                assert "*" not in resource or ours in ("*", "webhook-*"), f"{role}: {resource}"


def test_who_reads_secrets_cannot_change_the_configuration(template):
    readers = {}
    for crate, function in function_names(template).items():
        if crate == "admin":
            continue  # It does what an admin's token may, and that is both.
        for statement in statements(template, role_of(template, function)):
            actions = as_list(statement["Action"])
            if any(action.startswith("secretsmanager:") for action in actions):
                assert actions == ["secretsmanager:GetSecretValue"]
                readers[crate] = statement["Resource"].rsplit("/", 1)[-1]
            writes = {"PutItem", "UpdateItem", "DeleteItem"} & {action.split(":")[1] for action in actions}
            if writes and statement["Resource"] == "${IntegrationsTable.Arn}":
                keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                assert crate in CALLERS and keys == "credential#*"
    expected = {crate: "webhook-*" for crate in functions() if kind(crate) == "webhook"}
    assert readers == expected | dict.fromkeys(CALLERS | {"data-action"}, "*")


def test_the_management_api_keeps_the_secrets_of_its_own_stack(template):
    kept = {}
    for statement in statements(template, role_of(template, function_names(template)["admin"])):
        for action in as_list(statement["Action"]):
            if action.startswith("secretsmanager:"):
                kept[action.split(":")[1]] = statement["Resource"]
    assert kept.pop("ListSecrets") == "*"
    own = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/*"
    verbs = ["GetSecretValue", "CreateSecret", "UpdateSecret", "DescribeSecret", "DeleteSecret", "RestoreSecret"]
    assert kept == dict.fromkeys(verbs, own)


def test_webhook_functions_reach_the_configuration_and_the_inbound_queue_only(template):
    for crate, function in function_names(template).items():
        if kind(crate) != "webhook":
            continue
        reached = [statement["Resource"] for statement in statements(template, role_of(template, function))]
        reached = [one for one in reached if "Logs.Arn" not in one and ":secret:" not in one and ":kms:" not in one]
        assert sorted(reached) == ["${InboundQueue.Arn}", "${IntegrationsTable.Arn}"]


def test_with_a_key_every_function_may_use_it(template, has_key):
    for function in template.of("Lambda::Function"):
        found = statements(template, role_of(template, function))
        keys = [one["Resource"] for one in found if "kms:Decrypt" in one["Action"]]
        assert keys == ([EVERYTHING["KmsKeyArn"]] if has_key else [])


def test_every_webhook_function_has_its_route(template):
    api = template.of("ApiGatewayV2::Api")
    assert [one["ProtocolType"] for one in api.values()] == ["HTTP"]
    integrations = template.of("ApiGatewayV2::Integration")
    routed = {}
    for route in template.of("ApiGatewayV2::Route").values():
        integration = integrations[route["Target"].removeprefix("integrations/${").removesuffix("}")]
        assert integration["PayloadFormatVersion"] == "2.0"
        routed[route["RouteKey"]] = integration["IntegrationUri"]
    names = function_names(template)
    expected = {
        OWN_ROUTES.get(crate, f"POST /webhooks/{crate.removeprefix('webhook-')}/{{key}}"): f"${{{names[crate]}.Arn}}"
        for crate in functions()
        if kind(crate) == "webhook"
    }
    expected["ANY /admin/v1/{proxy+}"] = f"${{{names['admin']}.Arn}}"
    assert routed == expected
    allowed = template.of("Lambda::Permission").values()
    by_api = {one["FunctionName"] for one in allowed if one["Principal"] == "apigateway.amazonaws.com"}
    assert by_api == set(expected.values())
    assert all("${" in one["SourceArn"] for one in allowed)


def test_the_api_is_throttled_and_its_log_shows_no_path(template):
    [stage] = template.of("ApiGatewayV2::Stage").values()
    assert int(stage["DefaultRouteSettings"]["ThrottlingRateLimit"]) > 0
    assert int(stage["DefaultRouteSettings"]["ThrottlingBurstLimit"]) > 0
    shown = " ".join(stage["AccessLogSettings"]["Format"].values()).lower()
    assert "$context.routekey" in shown
    assert not any(word in shown for word in ("path", "query", "header", "protocol", "authorizer", "domain"))


def test_every_log_is_kept_for_a_time(template):
    groups = template.of("Logs::LogGroup")
    assert all(int(group["RetentionInDays"]) > 0 for group in groups.values())
    used = {one["LoggingConfig"]["LogGroup"].strip("${}") for one in template.of("Lambda::Function").values()}
    assert used | {"ApiLogs"} == set(groups)


def test_alarms_ring_for_what_a_person_must_see(template, has_key):
    alarms = template.of("CloudWatch::Alarm")
    for function in template.of("Lambda::Function"):
        for metric in ("Errors", "Throttles"):
            alarm = alarms[function.removesuffix("Function") + metric]
            assert alarm["MetricName"] == metric and alarm["Dimensions"]["Value"] == f"${{{function}}}"
    for queue in ("Inbound", "Outbound"):
        dlq, oldest = alarms[f"{queue}DlqNotEmpty"], alarms[f"{queue}Oldest"]
        assert (dlq["MetricName"], dlq["Threshold"]) == ("ApproximateNumberOfMessagesVisible", "0")
        assert dlq["Dimensions"]["Value"] == f"${{{queue}Dlq.QueueName}}"
        assert (oldest["MetricName"], oldest["Threshold"]) == ("ApproximateAgeOfOldestMessage", "300")
    parked = alarms["ActionsParked"]
    assert (parked["Namespace"], parked["MetricName"], parked["Threshold"]) == ("Deskbridge", "Parked", "0")
    for name, metric, threshold in (("OutcomesUnknown", "Unknown", "10"), ("SecretsStale", "StaleSecrets", "0")):
        alarm = alarms[name]
        assert (alarm["MetricName"], alarm["Threshold"]) == (metric, threshold)
        assert alarm["Dimensions"]["Value"] == "${DispatchFunction}"
    skew = alarms["GenericWebhookClockSkew"]
    assert (skew["MetricName"], skew["Dimensions"]["Value"]) == ("ClockSkew", "${GenericWebhookFunction}")
    assert alarms["ApiFails"]["MetricName"] == "5xx"
    missing = alarms["SweepMissing"]
    assert (missing["ComparisonOperator"], missing["TreatMissingData"]) == ("LessThanThreshold", "breaching")
    told = {alarm.get("AlarmActions") for alarm in alarms.values()}
    assert told == {EVERYTHING["AlarmTopicArn"] if has_key else None}


def test_the_dashboard_shows_every_metric_of_ours(template):
    [dashboard] = template.of("CloudWatch::Dashboard").values()
    text = json.dumps(dashboard["DashboardBody"])
    outcomes = ("Accepted", "Duplicate", "Delivered", "Retried", "Parked", "Dead", "OldestSeconds")
    unusual = ("Refused", "Suppressed", "Due", "Returned", "Unknown", "StaleSecrets", "ClockSkew")
    for metric in outcomes + unusual:
        assert f'MetricName=\\"{metric}\\"' in text


def test_genesys_may_invoke_the_data_action_and_only_for_one_organisation(template, has_key):
    role = template.of("IAM::Role").get("DataActionRole")
    assert (role is not None) == has_key == ("DataActionRoleArn" in template.outputs)
    if role is None:
        return
    trust = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": f"arn:${{AWS::Partition}}:iam::{EVERYTHING['GenesysAccountId']}:root"}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": EVERYTHING["GenesysOrganizationId"]}}
    [statement] = statements(template, "DataActionRole")
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Resource"].endswith(":function:${AWS::StackName}-data-action")


def test_nothing_is_stored_where_the_world_can_read(template):
    assert not template.of("S3::Bucket") and not template.of("S3::BucketPolicy")
