"""Service requests."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "requests.title": Words("求助工单", "Service requests"),
    "requests.empty": Words("没有未完成的求助", "No open service request"),
    "requests.assign": Words("派单", "Assign"),
    "requests.start": Words("开始服务", "Start"),
    "requests.done": Words("完成", "Done"),
}
