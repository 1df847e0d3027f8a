"""IAM and STS: moto's, with the checks that it leaves out."""

from lakeaws.registry import motos

motos("sts", "GetCallerIdentity", "AssumeRole")
motos(
    "iam", "CreateRole", "GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole", "ListRoles",
    "PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy",
    "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies",
    "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "TagRole", "UntagRole", "ListRoleTags",
    "GetAccountAuthorizationDetails", "GetPolicy", "GetPolicyVersion", "CreatePolicy", "DeletePolicy", "ListPolicies",
    "ListInstanceProfilesForRole", "CreateInstanceProfile", "GetInstanceProfile", "DeleteInstanceProfile",
    "AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile",
)  # fmt: skip
