"""A centre's ledger: bringing it in, what is wrong with it, what it changes, taking it away."""

from hub.web.words.said import Words

_TABLES = {
    "persons": ("人员", "people"),
    "companies": ("运营机构", "companies"),
    "regions": ("区域", "regions"),
    "centres": ("站点", "centres"),
    "homes": ("住户", "homes"),
    "elders": ("老人", "elders"),
    "rooms": ("房间", "rooms"),
    "devices": ("设备", "devices"),
    "dated_shifts": ("单日班次", "dated shifts"),
    "leaves": ("请假", "leave"),
    "covers": ("代管", "covers"),
    "residences": ("居住记录", "residences"),
    "assignments": ("设备安装记录", "assignments"),
    "bonds": ("服务关系", "bonds"),
    "shifts": ("班表", "shifts"),
    "holidays": ("节假日", "holidays"),
}
_DONE = {
    "added": ("新增", "added"),
    "changed": ("修改", "changed"),
    "ended": ("结束", "ended"),
    "removed": ("删除", "removed"),
}

WORDS: dict[str, Words] = {
    # What the change log keeps of an import: how many entries of each table.
    **{
        f"change_data.{table}_{kind}": Words(zh + done_zh, f"{en} {done_en}")
        for table, (zh, en) in _TABLES.items()
        for kind, (done_zh, done_en) in _DONE.items()
    },
    "nav.ledger": Words("台账", "Ledger"),
    "ledger.title": Words("台账", "The ledger"),
    "ledger.lead": Words(
        "把站点手里的表导进来，或把系统里的全部内容拿出去。核对只看不改；看过变化、再按一次，才会写入。",
        "Bring in the spreadsheets that a centre has, or take everything out. A check only looks; "
        "nothing is written until you have seen the changes and press once more.",
    ),
    "ledger.bring": Words("导入", "Import"),
    "ledger.bring_again": Words("改好以后，再核对一次", "Mended? Check once more"),
    "ledger.files": Words("选择文件（可以一次选几个）", "Choose files (several at once if you like)"),
    "ledger.files_hint": Words(
        "Excel 的 .xlsx，或 CSV（UTF-8、GBK 都行），一共不超过 {most} MB。选好后先核对，不会改动任何内容。",
        "Excel's .xlsx, or CSV (UTF-8 or GBK), {most} MB in all at most. They are checked first; nothing is changed by that.",
    ),
    "ledger.check": Words("核对（不写入）", "Check (nothing is written)"),
    "ledger.choose_first": Words(
        "还没有选文件。请先选一个。", "No file was chosen. Please choose one first."
    ),
    "ledger.gone": Words(
        "这次核对已经不在了：核对的结果保留 {minutes} 分钟，重启或再核对一次也会清掉。"
        "核对不会改动任何内容；是否导入过，“改动记录”里有。请重新选择文件。",
        "This check is gone: it is kept for {minutes} minutes, and not over a restart or another check. A check changes nothing; "
        "whether it was imported stands in “Changes”. Please choose the files again.",
    ),
    "ledger.rules": Words("导入时不会发生的事", "What an import never does"),
    "ledger.rule_absent": Words(
        "台账里没有的老人不会被删除，也不会改动，只会列出来。要办理退出、离世，请到住户页。",
        "An elder whom the ledger does not name is neither deleted nor changed, only listed. "
        "Who leaves or dies is recorded on the home's page.",
    ),
    "ledger.rule_whole": Words(
        "要么整份导入，要么一条也不导入：有一处错误，就什么都不写。",
        "All of it is imported, or nothing: with one error, nothing is written.",
    ),
    "ledger.rule_empty": Words(
        "空的单元格表示“没说”，原来的内容不变；要清空，请写“无”。",
        "An empty cell says nothing and leaves what is there; to take it away write “none”.",
    ),
    "ledger.rule_active": Words(
        "新老人写“在册”就按在册导入，但没有真人应答过按键之前，列在“保障缺口”的“在册但未试通”里。",
        "A new elder whom the ledger calls active becomes active; until a person has answered a press from there, "
        "the home stands under “active, but not proven” on the unprotected page.",
    ),
    "ledger.rule_again": Words(
        "同一份台账再导一次，什么都不变。", "The same ledger once more changes nothing."
    ),
    "ledger.take": Words("导出现在的台账", "Take the present ledger"),
    "ledger.take_hint": Words(
        "系统里的全部内容。改几处再导入，只有改过的地方会变。文件里有住址、电话和门锁密码，请像保管钥匙一样保管；每次导出都会记录。",
        "Everything the hub has. Change some of it and import it: only that changes. It holds addresses, telephone numbers "
        "and door codes: keep it like a key. Every export is recorded.",
    ),
    "ledger.templates": Words("空白模板", "Empty templates"),
    "ledger.templates_hint": Words(
        "没有现成的表时用。每张表有一行示例，导入时跳过；从下一行填起。",
        "For who has no spreadsheet yet. The example in each table is skipped: begin on the next line.",
    ),
    "ledger.form_xlsx_zh": Words("Excel 工作簿（中文）", "Excel workbook (Chinese)"),
    "ledger.form_xlsx_en": Words("Excel 工作簿（英文）", "Excel workbook (English)"),
    "ledger.form_csv_zh": Words("一组 CSV，zip（中文）", "CSV files, zip (Chinese)"),
    "ledger.form_csv_en": Words("一组 CSV，zip（英文）", "CSV files, zip (English)"),
    "ledger.other_files": Words("换文件", "Other files"),
    "ledger.checked_at": Words("{at} 核对：{files}", "Checked at {at}: {files}"),
    "ledger.kept_at": Words("{at} 导入：{files}", "Imported at {at}: {files}"),
    "ledger_verdict.refused": Words(
        "有 {errors} 处错误，什么都没有导入", "Errors: {errors}. Nothing was imported"
    ),
    "ledger_verdict.stale": Words(
        "没有导入：核对以后，系统里的内容变了", "Not imported: what the hub has was changed after the check"
    ),
    "ledger_verdict.nothing": Words("与系统一致，没有变化", "Nothing differs from what the hub has"),
    "ledger_verdict.ready": Words("可以导入：{changes} 处变化", "Ready to import. Changes: {changes}"),
    "ledger_verdict.kept": Words("已导入 {changes} 处变化", "Imported. Changes: {changes}"),
    "ledger_next.refused": Words(
        "在 Excel 里对照下表改正、保存，然后在这里再选一次文件。整份台账都没有写入，没错的行也没有。",
        "Correct these places in the spreadsheet, save it, and choose the file here once more. "
        "Nothing of the ledger was written, not even the lines without an error.",
    ),
    "ledger_next.stale": Words(
        "别人刚刚改过相关的内容，按您看到的样子导入已经不对。下面是现在会发生的变化：请再看一遍，再按导入。",
        "Somebody has just changed what this ledger is about, and what you were shown is no longer what would happen. "
        "Below are the changes as they would be now: look again, then import.",
    ),
    "ledger_next.nothing": Words("不用导入。", "There is nothing to import."),
    "ledger_next.ready": Words(
        "现在什么都没有写入。请看下面的变化，对了再导入；写入的就是这里列出的。",
        "Nothing is written yet. Look at the changes below and import them if they are right; "
        "exactly these are written.",
    ),
    "ledger_next.kept": Words(
        "下面是写入的内容。住户和排班已经按新的台账走。",
        "Below is what was written. Homes and rosters follow the new ledger already.",
    ),
    "ledger.import": Words("导入这 {changes} 处变化", "Import these changes: {changes}"),
    "ledger.to_homes": Words("看住户", "See the homes"),
    "ledger.not_proven": Words(
        "其中 {count} 位写“在册”，但所在住户还没有一次按键由真人应答：导入后列为“在册但未试通”。位置见下面的提示。",
        "Elders who are active by the ledger's word, where no press was ever answered by a person: {count}. "
        "Their homes stand as “active, but not proven”. The places are among the notes below.",
    ),
    "ledger.to_not_proven": Words("看未试通的住户", "See the homes that are not proven"),
    "ledger.absent": Words(
        "台账里没有的老人：{count} 位，保持不变，不会删除",
        "Elders whom the ledger does not name: {count}. They stay as they are; nobody is deleted",
    ),
    "ledger.absent_more": Words("另有 {count} 位", "and {count} more"),
    "ledger.errors": Words("错误", "Errors"),
    "ledger.errors_file": Words("台账错误", "ledger-errors"),
    "ledger.errors_xlsx": Words("下载全部错误（Excel）", "All errors as a workbook"),
    "ledger.errors_csv": Words("下载全部错误（CSV）", "All errors as CSV"),
    "ledger.column_filter": Words("只看这一列", "Only this column"),
    "ledger.order": Words("顺序", "Order"),
    "ledger_order.line": Words("按行", "by line"),
    "ledger_order.column": Words("按列", "by column"),
    "ledger_order.kind": Words("同类放一起", "like by like"),
    "ledger.show": Words("查看", "Show"),
    "ledger.file": Words("文件", "File"),
    "ledger.line": Words("行", "Line"),
    "ledger.column": Words("列", "Column"),
    "ledger.found": Words("现在的内容", "Found"),
    "ledger.what": Words("哪里不对", "What is wrong"),
    "ledger.remedy": Words("怎么改", "What to do"),
    "ledger.empty_cell": Words("（空）", "(empty)"),
    "ledger.no_place": Words("台账和系统合在一起", "The ledger together with what the hub has"),
    "ledger.counts": Words("各表的变化", "Changes by table"),
    "ledger.table": Words("表", "Table"),
    "ledger_change.added": Words("新增", "New"),
    "ledger_change.changed": Words("修改", "Changed"),
    "ledger_change.ended": Words("结束", "Ended"),
    "ledger_change.removed": Words("删除", "Removed"),
    "ledger.ended_or_removed": Words("结束或删除", "Ended or removed"),
    "ledger.untouched": Words("不变", "As before"),
    "ledger.quiet": Words("没有变化的表：", "Tables without a change:"),
    "ledger.changes": Words("变化", "Changes"),
    "ledger.changes_written": Words("写入的变化", "What was written"),
    "ledger.all": Words("全部", "All"),
    "ledger.nothing_before": Words("（无）", "(none)"),
    "ledger.notes": Words("提示（不影响导入）", "Notes (they keep nothing back)"),
    "ledger_note.sheet_ignored": Words("没有读的工作表", "Sheets that were not read"),
    "ledger_note.sheet_of_notes": Words("说明用的工作表", "Sheets of notes"),
    "ledger_note.column_ignored": Words("没有读的列", "Columns that were not read"),
    "ledger_note.row_skipped": Words("跳过的行", "Lines that were skipped"),
    "ledger_note.example_skipped": Words("当作示例、没有读的行", "Lines that were taken for examples"),
    "ledger_note.merged_filled": Words("合并的单元格", "Merged cells"),
    "ledger_note.serial_as_date": Words("读作日期的数字", "Numbers read as dates"),
    "ledger_note.decimal_removed": Words("去掉的小数点", "Decimals that were removed"),
    "ledger_note.birth_day_impossible": Words("出生日期不存在，只记年份", "Birthdays that no calendar has"),
    "ledger_note.two_phones": Words("一格里有几个电话", "Several telephone numbers in a cell"),
    "ledger_note.sheet_hidden": Words("隐藏的工作表", "Hidden sheets"),
    "ledger_note.rows_hidden": Words("隐藏的行", "Hidden rows"),
    "ledger_note.column_hidden": Words("隐藏的列", "Hidden columns"),
    "ledger_note.centre_not_needed": Words(
        "坐席、值班长不分站点", "Operators and duty managers have no centre"
    ),
    "ledger_note.never_asked": Words("不会被通知到的人", "People whom nobody would notify"),
    "ledger_note.phone_changed": Words("换了的电话号码", "Telephone numbers that change"),
    "ledger_note.namesakes": Words("同名的人", "People of one name"),
    "ledger_note.maybe_moved": Words("也许是搬了家的老人", "Elders who may have moved"),
    "ledger_note.stays_open": Words("已开通，保持不变", "Open already, and stays so"),
    "ledger_note.stays_not_open": Words("要等试呼才算开通", "Not open before a press was answered"),
    "ledger_note.not_proven": Words("在册但未试通", "Active, but not proven"),
    "ledger.more_places": Words("另有 {count} 处，见下载的清单", "{count} more are in the downloaded list"),
    "ledger.notes_xlsx": Words("下载提示清单（Excel）", "The notes as a workbook"),
    "ledger_busy.chosen": Words("已选：{files}", "Chosen: {files}"),
    "ledger_busy.too_large": Words(
        "一共 {size} MB，超过 {most} MB。请删掉图片和用不到的工作表，或分几次导入。",
        "{size} MB in all, more than {most} MB. Remove pictures and unused sheets, or import them one after the other.",
    ),
    "ledger_busy.changed": Words(
        "文件选好以后又改过或移走了，浏览器读不到。请再选一次。",
        "The file was changed or moved after it was chosen, and the browser cannot read it. Please choose it again.",
    ),
    "ledger_busy.checking": Words(
        "正在核对，已 {seconds} 秒。五千位老人的台账约需十秒；请不要关掉这一页。",
        "Checking for {seconds} s. A ledger of five thousand elders takes about ten seconds; please keep this page open.",
    ),
    "ledger_busy.importing": Words(
        "正在导入，已 {seconds} 秒。五千位老人的台账约需半分钟；请不要关掉这一页。",
        "Importing for {seconds} s. A ledger of five thousand elders takes about half a minute; please keep this page open.",
    ),
}
