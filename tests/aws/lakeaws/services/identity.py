"""IAM and STS: moto's, with the checks that it leaves out."""

import re
from typing import Any

from moto.backends import get_backend

from lakeaws import policy
from lakeaws.call import Call
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import before, motos
from lakeaws.world import World

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
