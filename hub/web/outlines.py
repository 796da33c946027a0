"""What `views` shows of an alert or a request that cannot be shown: which it is, in which home, and what to do."""

from hub.core.alerts import Alert
from hub.core.service_requests import ServiceRequest
from hub.store.alert_rows import CANNOT_BE_SHOWN
from hub.web.models import AlertOut, RequestOut, TextOut

ALERT_WORDS = TextOut(
    zh="这条告警无法显示，请打开住户页面联系老人，并通知系统管理员",
    en="This alert cannot be shown: open the page of its home, reach the elder, and tell who runs the hub",
)
REQUEST_WORDS = TextOut(
    zh="这条工单无法显示，请打开住户页面联系老人，问清要什么，并通知系统管理员",
    en="This request cannot be shown: open the page of its home, ask the elder what is wanted, and tell who runs the hub",
)


def alert_outline(alert: Alert) -> AlertOut:
    """Only what no text and no name is needed for."""
    return AlertOut(
        id=alert.id,
        home_id=alert.home_id,
        kind=alert.kind,
        severity=alert.severity,
        state=alert.state,
        open=alert.open,
        version=alert.version,
        reason_code=CANNOT_BE_SHOWN,
        reason=ALERT_WORDS,
        opened_at=alert.opened_at,
        occurred_at=alert.opened_at,
        residents=[],
        flags=[],
        address=alert.home_id,
        floor=None,
        lift=False,
        centre=None,
        device_id=alert.device_id,
        device_kind=None,
        room=None,
        signs=0,
        last_sign=None,
        last_sign_code=None,
        step=0,
        escalate_at=alert.escalate_at,
        pre_alarm_until=alert.pre_alarm_until,
        holder=None,
        asked=[],
        first_answer_at=None,
        on_site_at=None,
        resolved_at=alert.resolved_at,
        resolved_by=None,
        what_it_was=None,
        what_was_done=None,
        note="",
        resident_unconfirmed=False,
        other_home=None,
    )


def request_outline(request: ServiceRequest) -> RequestOut:
    """Only what no name is needed for."""
    return RequestOut(
        id=request.id,
        home_id=request.home_id,
        category=request.category,
        state=request.state,
        version=request.version,
        opened_at=request.opened_at,
        due_at=None,
        overdue=False,
        residents=[],
        address="",
        floor=None,
        lift=False,
        phone="",
        centre=None,
        butler=None,
        assignee=None,
        accepted_at=None,
        note="",
        times_asked=1,
        device_id=request.device_id,
        alert_ids=[],
        opened_by=None,
        done_at=request.done_at,
        done_by=None,
        cancel_reason=None,
        remedy=None,
        cannot_be_shown=REQUEST_WORDS,
    )
