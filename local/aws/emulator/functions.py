"""Lambda: a failure carries the error's own name and stack, as Retry and Catch of a state machine match on the name."""

import contextvars

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

ERROR = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
NAMED_ERROR = 'name: err && err.name, stack: String(err.stack || "").split("\\n"), ' + ERROR
DIED = "Worker process died"

last_answer = contextvars.ContextVar("last_answer", default=None)


def failure(answer, body, request_id):
    """The error payload AWS would answer with, or None where ministack's own is right (a timeout)."""
    if answer.get("name"):
        return {"errorType": answer["name"], "errorMessage": body["errorMessage"], "trace": answer["stack"]}
    if body.get("errorMessage") == DIED:
        message = f"RequestId: {request_id} Error: Runtime exited with error: exit status 1"
        return {"errorType": "Runtime.ExitError", "errorMessage": message}
    return None


def patch():
    assert lambda_runtime._NODEJS_WORKER_SCRIPT.count(ERROR) == 1, "ministack changed: node worker's error answer"
    script = lambda_runtime._NODEJS_WORKER_SCRIPT.replace(ERROR, NAMED_ERROR.replace("\n", "\\n"))
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def recording_invoke(worker, *args, **kwargs):
        answer = invoke(worker, *args, **kwargs)
        last_answer.set(answer)
        return answer

    def execute_function(func, event, request_id):
        last_answer.set(None)
        outcome = execute(func, event, request_id)
        if outcome.get("error") and last_answer.get():
            outcome["body"] = failure(last_answer.get(), outcome["body"], request_id) or outcome["body"]
        return outcome

    lambda_runtime.Worker.invoke = recording_invoke
    lambda_svc._execute_function_warm = execute_function
