"""Route 53: names are kept as AWS keeps them, and a request can be asked about without being carried out."""

from ministack.services import route53

AUTHORIZE_ONLY = "x-authorize-only"


def patch():
    normalise, handle = route53._normalise_name, route53.handle_request

    def normalise_name(name):
        return normalise(name).lower().replace("*", "\\052")

    async def handle_request(method, path, headers, body, query_params):
        # The strict layer asks whether the caller may do this at all before it says what is wrong with the request;
        # signature and policy were checked on the way here.
        if headers.get(AUTHORIZE_ONLY):
            return 204, {}, b""
        return await handle(method, path, headers, body, query_params)

    route53._normalise_name, route53.handle_request = normalise_name, handle_request
