"""Devices, and messages that nobody could read."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "devices.title": Words("设备", "Devices"),
    "devices.device": Words("设备编号", "Device"),
    "devices.kind": Words("种类", "Kind"),
    "devices.where": Words("住户与位置", "Home and place"),
    "devices.seen": Words("最近信号", "Last seen"),
    "devices.never": Words("从未收到", "never"),
    "devices.battery": Words("电量", "Battery"),
    "devices.state": Words("状态", "State"),
    "devices.ok": Words("正常", "fine"),
    "devices.offline": Words("离线", "offline"),
    "devices.silent": Words("失联", "silent"),
    "devices.count": Words("共 {count} 台", "{count} in all"),
    "devices.search": Words(
        "按设备编号、姓名、地址或电话查找", "Search by device, name, address or telephone"
    ),
    "devices.problem": Words("问题", "Problem"),
    "device_problem.any": Words("有任何问题", "any problem"),
    "device_problem.silent": Words("失联", "silent"),
    "device_problem.offline": Words("离线", "offline"),
    "device_problem.never": Words("从未收到", "never heard"),
    "device_problem.fault": Words("有故障", "a fault"),
    "device_problem.battery": Words("电量低", "low battery"),
    "devices.none": Words("没有设备。", "No device."),
    "rejected.title": Words("读不懂的消息", "Rejected messages"),
    "rejected.lead": Words(
        "收到但读不懂、或来自未登记设备的消息，原样保留。",
        "Messages that could not be read or came from unknown devices, kept as they were.",
    ),
    "rejected.none": Words("没有读不懂的消息。", "No rejected message."),
    "rejected.at": Words("时间", "Time"),
    "rejected.topic": Words("主题", "Topic"),
    "rejected.reason": Words("原因", "Reason"),
    "rejected.bytes": Words("内容（{size} 字节）", "Content ({size} bytes)"),
    "rejected.text": Words("文本", "as text"),
    "rejected.hex": Words("十六进制", "as hex"),
    "reject.failed": Words("本系统没能处理", "the hub failed to process it"),
    "reject.unknown_device": Words("设备未登记", "device not enrolled"),
}
