"""IAM for Route 53: the condition keys of ChangeResourceRecordSets, so that a policy can limit names, types and actions,
and the ARN of a change, so that a policy can allow GetChange."""

from ministack.core import iam_actions
from ministack.services import route53

PREFIX = "route53:changeresourcerecordsets"


def normalized(name):
    """Lower case, no trailing dot, anything but a-z 0-9 - _ . as \\ooo: the form IAM compares with."""
    plain = name.lower().rstrip(".")
    return "".join(c if c.isalnum() or c in "-_.\\" else f"\\{ord(c):03o}" for c in plain)


def change_context(body):
    batch = route53._find(route53._parse_body(body), "ChangeBatch")
    changes = route53._findall(route53._find(batch, "Changes"), "Change")
    sets = [route53._find(change, "ResourceRecordSet") for change in changes]
    return {
        f"{PREFIX}normalizedrecordnames": [normalized(route53._text(item, "Name")) for item in sets],
        f"{PREFIX}recordtypes": [route53._text(item, "Type") for item in sets],
        f"{PREFIX}actions": [route53._text(change, "Action") for change in changes],
    }


def patch():
    tags = iam_actions.request_tag_context

    def request_context(service, iam_action, body, params):
        context = tags(service, iam_action, body, params)
        if iam_action != "route53:ChangeResourceRecordSets":
            return context
        try:
            return {**context, **change_context(body)}
        except (AttributeError, TypeError):  # not a change batch: no keys, and the service refuses it
            return context

    iam_actions.request_tag_context = request_context

    resource_arn = iam_actions.extract_resource_arn

    def with_changes(service, method, path, *rest):
        if service == "route53" and "/change/" in path:
            return f"arn:aws:route53:::change/{path.rsplit('/', 1)[1]}"
        return resource_arn(service, method, path, *rest)

    iam_actions.extract_resource_arn = with_changes
