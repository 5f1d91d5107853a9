"""Both templates as CloudFormation would see them: expanded, conditions decided, one spelling for equal things."""

import functools
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SAM = REPOSITORY / "infra/sam/template.yaml"
CDK = REPOSITORY / "infra/cdk"
# Every optional parameter, by its name in the SAM template.
EVERYTHING = {
    "Architecture": "arm64",
    "LogRetentionDays": "7",
    "LogLevel": "debug",
    "KmsKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012",
    "AlarmTopicArn": "arn:aws:sns:eu-central-1:111122223333:pages",
    "WebhookConcurrency": "20",
    "EvaluateConcurrency": "5",
    "DispatchConcurrency": "4",
    "DataActionConcurrency": "3",
    "WebhookRate": "90",
    "GenesysAccountId": "765628985471",
    "GenesysOrganizationId": "11111111-2222-3333-4444-555555555555",
}


class Template:
    """The resources that are there with these parameters, and their outputs. References stay, as `${Name.Attribute}`."""

    def __init__(self, raw, parameters=None):
        declared = raw.get("Parameters", {})
        self._parameters = {name: str(one["Default"]) for name, one in declared.items() if "Default" in one}
        self._parameters.update(parameters or {})
        self._conditions = raw.get("Conditions", {})
        self.resources = {name: self._resource(one) for name, one in self._there(raw["Resources"])}
        self.outputs = {name: self._plain(one["Value"]) for name, one in self._there(raw.get("Outputs", {}))}

    def of(self, kind):
        """Properties by name, of one type as `Lambda::Function`."""
        found = self.resources.items()
        return {name: one["Properties"] for name, one in found if one["Type"] == f"AWS::{kind}"}

    def _there(self, section):
        return [(name, one) for name, one in section.items() if self._holds(one.get("Condition"))]

    def _holds(self, name):
        return name is None or self._decide(self._conditions[name])

    def _decide(self, condition):
        [(function, arguments)] = condition.items()
        match function:
            case "Condition":
                return self._holds(arguments)
            case "Fn::Not":
                return not self._decide(arguments[0])
            case "Fn::And":
                return all(map(self._decide, arguments))
            case "Fn::Equals":
                one, other = map(self._plain, arguments)
                return one == other
        raise ValueError(function)

    def _resource(self, raw):
        kept = ("Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy")
        resource = {"Properties": {}} | {key: self._plain(raw[key]) for key in kept if key in raw}
        # Where the code lies is the deployment's business; SAM signs its work with a tag.
        for ignored in ("Code", "Tags"):
            resource["Properties"].pop(ignored, None)
        return resource

    def _plain(self, value):
        if isinstance(value, list):
            plain = [self._plain(one) for one in value]
            plain = [one for one in plain if one is not None]
            return plain[0] if len(plain) == 1 else sorted(plain, key=json.dumps)
        if isinstance(value, dict):
            [function, arguments] = next(iter(value.items()), ("", None)) if len(value) == 1 else ("", None)
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, arguments)
            plain = {key: self._plain(one) for key, one in value.items()}
            return {key: one for key, one in plain.items() if one not in (None, {})}
        if isinstance(value, bool):
            return str(value).lower()
        return self._text(str(value))

    def _text(self, text):
        """JSON within a string is compared as JSON."""
        return self._plain(json.loads(text)) if text.lstrip().startswith("{") else text

    def _call(self, function, arguments):
        match function, arguments:
            case "Ref", "AWS::NoValue":
                return None
            case "Ref", name:
                return self._parameters.get(name, f"${{{name}}}")
            case "Fn::GetAtt", str(path):
                return f"${{{path}}}"
            case "Fn::GetAtt", [name, attribute]:
                return f"${{{name}.{attribute}}}"
            case "Fn::Join", [separator, parts]:
                parts = [part if isinstance(part, str) else self._plain(part) for part in parts]
                return self._text(separator.join(parts))
            case "Fn::Sub", str(text):
                known = lambda found: self._parameters.get(found[1], found[0])
                return self._text(re.sub(r"\$\{([^}]+)\}", known, text))
            case "Fn::If", [condition, then, otherwise]:
                return self._plain(then if self._holds(condition) else otherwise)
        raise ValueError(f"{function} {arguments}")


@functools.cache
def sam(everything):
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    from samcli.yamlhelper import yaml_parse
    from samtranslator.translator.transform import transform

    raw = yaml_parse(SAM.read_text())
    for resource in raw["Resources"].values():
        if "CodeUri" in resource["Properties"]:
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    expanded = transform(raw, {}, None)
    return Template(json.loads(json.dumps(expanded)), EVERYTHING if everything else None)


@functools.cache
def cdk(everything):
    """By what `cdk synth` has built."""
    with tempfile.TemporaryDirectory() as folder:
        for function in functions():
            (Path(folder) / function).mkdir()
            (Path(folder) / function / "bootstrap").touch()
        context = {name[0].lower() + name[1:]: value for name, value in EVERYTHING.items()} if everything else {}
        context |= json.loads((CDK / "cdk.json").read_text())["context"] | {"bootstraps": folder}
        environment = os.environ | {"CDK_OUTDIR": f"{folder}/out", "CDK_CONTEXT_JSON": json.dumps(context)}
        subprocess.run(["node", "build/app.js"], cwd=CDK, env=environment, check=True)
        return Template(json.loads(Path(f"{folder}/out/deskbridge.template.json").read_text()))


def functions():
    """The function crates."""
    return sorted(path.parent.name for path in REPOSITORY.glob("functions/*/Cargo.toml"))


def definitions():
    """What the Rust code says of itself, which a test over there keeps true."""
    snapshot = (REPOSITORY / "infra/tests/definitions.snap").read_text()
    return json.loads(snapshot.split("---\n", 2)[2])
