"""IAM and STS: moto's, with the checks that it leaves out and the answers that it gets wrong.

Sources: IAM API Reference, https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html; IAM User Guide,
"IAM and AWS STS quotas", https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

import re
from typing import Any
from urllib.parse import quote

from moto.backends import get_backend

from lakeaws import policy
from lakeaws.call import Call
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import after, before, motos, ours
from lakeaws.world import World

motos("sts", "GetCallerIdentity", "AssumeRole")
motos(
    "iam", "CreateRole", "GetRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole", "ListRoles",
    "PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy",
    "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies",
    "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "TagRole", "UntagRole", "ListRoleTags",
    "GetPolicy", "GetPolicyVersion", "CreatePolicy", "DeletePolicy", "ListPolicies",
    "ListInstanceProfilesForRole", "CreateInstanceProfile", "GetInstanceProfile", "DeleteInstanceProfile",
    "AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile",
)  # fmt: skip


def _backend(call: Call) -> Any:
    return get_backend("iam")[call.account][call.partition]


def _role(call: Call) -> Any:
    """moto's role; API Reference, errors of every role operation: NoSuchEntity 404."""
    name = call.params["RoleName"]
    found = next((role for role in _backend(call).roles.values() if role.name == name), None)
    if found is None:
        raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
    return found


def _malformed(told: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", told, 400)


@before("sts", "AssumeRole")
def _role_arn(_world: World, call: Call) -> None:
    """Roles need not exist here: an ARN of another account is how a test becomes that account. README.md says so."""
    if not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", call.params["RoleArn"]):
        raise AwsError("ValidationError", f"{call.params['RoleArn']} is invalid", 400)


@after("sts", "GetCallerIdentity")
def _arn_of_iam(_world: World, _call: Call, result: dict[str, Any]) -> dict[str, Any]:
    """STS API Reference, GetCallerIdentity: a user's ARN is IAM's, an assumed role's is STS's."""
    return {**result, "Arn": re.sub(r":sts::(\d{12}):user/", r":iam::\1:user/", result["Arn"])}


@before("iam", "CreateRole", "UpdateAssumeRolePolicy")
def _trust_policy(_world: World, call: Call) -> None:
    """API Reference, CreateRole: MalformedPolicyDocument 400, LimitExceeded 409; User Guide, "Troubleshoot IAM policies"."""
    document = call.params.get("AssumeRolePolicyDocument", call.params.get("PolicyDocument", ""))
    statements = policy.parse(document, _malformed, principals=True, resources=False)
    policy.check_principals(
        statements, call.account, lambda named: _malformed(f'Invalid principal in policy: "AWS":"{named}"')
    )
    if len(re.sub(r"\s", "", document)) > 2048:
        raise AwsError("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409)


@before("iam", "CreateRole")
def _name_without_case(_world: World, call: Call) -> None:
    """API Reference, CreateRole: "Names are not distinguished by case" (EntityAlreadyExists 409)."""
    name = call.params["RoleName"]
    if any(role.name.lower() == name.lower() for role in _backend(call).roles.values()):
        raise AwsError("EntityAlreadyExists", f"Role with name {name} already exists.", 409)
    _check_tags(call.params.get("Tags", []), [])


@before("iam", "TagRole")
def _tag_rules(_world: World, call: Call) -> None:
    """API Reference, TagRole."""
    _check_tags(call.params["Tags"], [tag["Key"] for tag in _role(call).tags or []])


def _check_tags(tags: list[dict[str, str]], there: list[str]) -> None:
    """User Guide, "Tags for IAM resources" (at most 50, keys without regard to case, `aws:` is reserved),
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html; API Reference, TagRole: InvalidInput, LimitExceeded."""
    keys = [tag["Key"].lower() for tag in tags]
    if len(set(keys)) != len(keys):
        raise AwsError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.", 400)
    if any(key.startswith("aws:") for key in keys):
        raise AwsError("InvalidInput", "Tag keys starting with aws: are reserved for system use.", 400)
    if len(set(keys) | {key.lower() for key in there}) > 50:
        raise AwsError("LimitExceeded", "The number of tags has reached the maximum limit.", 409)


@before("iam", "PutRolePolicy")
def _inline_policy(_world: World, call: Call) -> None:
    """API Reference, PutRolePolicy: MalformedPolicyDocument; LimitExceeded beyond 10,240 characters in all."""
    document = call.params["PolicyDocument"]
    policy.parse(document, _malformed, principals=False, resources=True)
    others = [text for name, text in _role(call).policies.items() if name != call.params["PolicyName"]]
    if sum(len(re.sub(r"\s", "", text)) for text in [document, *others]) > 10_240:
        raise AwsError(
            "LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {call.params['RoleName']}", 409
        )


@before("iam", "CreateRole", "PutRolePermissionsBoundary")
def _boundary_exists(_world: World, call: Call) -> None:
    """API Reference, PutRolePermissionsBoundary: NoSuchEntity 404,
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html."""
    arn = call.params.get("PermissionsBoundary")
    if arn is not None and arn not in _backend(call).managed_policies:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)


@before("iam", "AttachRolePolicy")
def _number_of_policies(_world: World, call: Call) -> None:
    """API Reference, AttachRolePolicy: LimitExceeded beyond 10 managed policies."""
    attached = _role(call).managed_policies
    if call.params["PolicyArn"] not in attached and len(attached) >= 10:
        raise AwsError("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 409)


@ours("iam", "UpdateRole")
def update_role(_world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateRole: an omitted session duration is one hour again; an omitted description stays.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
    """
    role = _role(call)
    role.max_session_duration = call.params.get("MaxSessionDuration", 3600)
    if "Description" in call.params:
        role.description = call.params["Description"]
    return {}


@ours("iam", "GetAccountAuthorizationDetails")
def get_account_authorization_details(_world: World, call: Call) -> dict[str, Any]:
    """All roles with their policies and tags, in pages of at most 1,000.

    API Reference, GetAccountAuthorizationDetails and RoleDetail,
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html. Only roles are served.
    """
    if call.params.get("Filter") != ["Role"]:
        raise NotEmulated("GetAccountAuthorizationDetails of more than roles is not emulated")
    by_name = {role.name: role for role in _backend(call).roles.values()}
    rest = [name for name in sorted(by_name) if name > call.params.get("Marker", "")]
    page = rest[: call.params.get("MaxItems", 100)]
    out: dict[str, Any] = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [_detail(by_name[name]) for name in page],
        "Policies": [],
        "IsTruncated": len(page) < len(rest),
    }
    if out["IsTruncated"]:
        out["Marker"] = page[-1]
    return out


def _detail(role: Any) -> dict[str, Any]:
    """API Reference, RoleDetail: documents are percent-encoded."""
    profiles = (
        ("name", "InstanceProfileName"),
        ("id", "InstanceProfileId"),
        ("arn", "Arn"),
        ("path", "Path"),
        ("created_on", "CreateDate"),
    )
    out = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": quote(role.assume_role_policy_document),
        "InstanceProfileList": [
            {member: getattr(profile, name) for name, member in profiles} | {"Roles": []}
            for profile in role.instance_profile_list
        ],
        "RolePolicyList": role.role_policy_list,
        "AttachedManagedPolicies": [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in sorted(role.managed_policies)
        ],
        "Tags": list(role.tags or []),
        "RoleLastUsed": {},
    }
    if role.permissions_boundary:
        out["PermissionsBoundary"] = role.permissions_boundary
    return out
