"""Step Functions: StartExecution is idempotent and checks its arguments; a machine's TimeoutSeconds ends it."""

import contextvars
import json
import re
import threading

from ministack.services import stepfunctions as sfn

MAX_INPUT_BYTES = 262_144
FORBIDDEN_IN_NAME = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]')


def refusal(name, text):
    if name is not None and (not 1 <= len(name) <= 80 or FORBIDDEN_IN_NAME.search(name)):
        return sfn.error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
    if len(text.encode()) > MAX_INPUT_BYTES:
        limit = f"Member must have length less than or equal to {MAX_INPUT_BYTES}"
        message = f"1 validation error detected: Value at 'input' failed to satisfy constraint: {limit}"
        return sfn.error_response_json("ValidationException", message, 400)
    try:
        json.loads(text)
    except ValueError:
        message = "Invalid State Machine Execution Input: 'input' is not valid JSON"
        return sfn.error_response_json("InvalidExecutionInput", message, 400)
    return None


def same_running(name, machine, text):
    """The execution a repeated StartExecution means: same name, machine and input, still running."""
    for arn, execution in list(sfn._executions.items()):
        same = (execution["name"], execution["stateMachineArn"], execution["input"]) == (name, machine, text)
        if same and execution["status"] == "RUNNING":
            return sfn.json_response({"executionArn": arn, "startDate": execution["startDate"]})
    return None


def expire(execution):
    if execution["status"] == "RUNNING":
        execution.update(status="TIMED_OUT", stopDate=sfn.now_iso())
        sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
        sfn._emit_execution_status_event(execution)


def timeout_of(execution):
    machine = sfn._state_machines.get(execution["stateMachineArn"])
    return json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None


def patch():
    start, run = sfn._start_execution, sfn._run_execution

    def start_execution(data):
        name, text = data.get("name"), data.get("input", "{}")
        machine = sfn._resolve_state_machine_arn(data.get("stateMachineArn", ""))
        return refusal(name, text) or (name and same_running(name, machine, text)) or start(data)

    def run_execution(arn):
        execution = sfn._executions[arn]
        seconds = timeout_of(execution)
        if seconds:
            timer = threading.Timer(seconds, contextvars.copy_context().run, (expire, execution))
            timer.daemon = True
            timer.start()
        return run(arn)

    sfn._start_execution, sfn._run_execution = start_execution, run_execution
