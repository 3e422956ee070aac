"""STS: a GitHub token's other claims are trust-policy conditions too, a service account's token has a list of one
audience, and an expired token is refused."""

import time

from ministack.services import cognito, sts

CLAIMS = ("actor", "environment", "job_workflow_ref", "repository", "repository_id", "repository_owner_id")


def claims_of(token):
    try:
        claims = cognito._decode_id_token_unverified(token)
    except (ValueError, TypeError):
        return {}
    return claims if isinstance(claims, dict) else {}


def patch():
    principal, denied = sts._web_identity_principal, sts._web_identity_trust_denied

    def web_identity_principal(token, provider_id, role_arn):
        federated, keys = principal(token, provider_id, role_arn)
        claims = claims_of(token)
        host = str(claims.get("iss", "")).split("://", 1)[-1].rstrip("/")
        audience = claims.get("aud")
        if isinstance(audience, list) and len(audience) == 1:
            keys[f"{host}:aud".lower()] = audience[0]
        return federated, {**keys, **{f"{host}:{name}".lower(): claims[name] for name in CLAIMS if name in claims}}

    def web_identity_trust_denied(role_arn, params, use_json):
        expires = claims_of(sts._p(params, "WebIdentityToken")).get("exp", 0)
        if expires < time.time():
            message = "Token expired: current date/time must be before the expiration date/time in the exp claim"
            return sts._error(400, "ExpiredTokenException", message, ns="sts")
        return denied(role_arn, params, use_json)

    sts._web_identity_principal = web_identity_principal
    sts._web_identity_trust_denied = web_identity_trust_denied
