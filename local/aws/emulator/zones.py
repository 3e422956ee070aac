"""Route 53: names are kept and sorted as AWS does, and a request can be asked about without being carried out."""

from ministack.services import route53

AUTHORIZE_ONLY = "x-authorize-only"


def patch():
    normalise, handle = route53._normalise_name, route53.handle_request

    def normalise_name(name):
        return normalise(name).lower().replace("*", "\\052")

    def name_sort_key(name):
        # Labels from the right, each followed by a dot, as text: `app1-x` is before `app1`, because `-` is before `.`
        # (API reference, ListResourceRecordSets, "Sort order").
        labels = normalise_name(name).removesuffix(".").split(".")
        return "".join(f"{label}." for label in reversed(labels))

    async def handle_request(method, path, headers, body, query_params):
        # The strict layer asks whether the caller may do this at all before it says what is wrong with the request;
        # signature and policy were checked on the way here.
        if headers.get(AUTHORIZE_ONLY):
            return 204, {}, b""
        return await handle(method, path, headers, body, query_params)

    assert hasattr(route53, "_name_sort_key"), "ministack changed: the order of a listing"
    route53._normalise_name, route53._name_sort_key = normalise_name, name_sort_key
    route53.handle_request = handle_request
