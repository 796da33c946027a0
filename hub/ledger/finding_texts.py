"""Every kind of finding in words: what is wrong and what to do, Chinese first. `{found}` is the value in the cell."""

import re
from typing import NamedTuple

from hub.ledger.findings import LINE, Finding, Kind, Place
from hub.web.words.said import Language


class Text(NamedTuple):
    what_zh: str
    remedy_zh: str
    what_en: str
    remedy_en: str


TEXTS: dict[Kind, Text] = {
    Kind.EMPTY_FILE: Text(
        "文件是空的", "请确认保存过再导入", "the file is empty", "save it again and import the saved file"
    ),
    Kind.TOO_LARGE: Text(
        "文件超过 {most} MB",
        "请删掉图片和多余的工作表",
        "the file is larger than {most} MB",
        "remove pictures and sheets that are not needed",
    ),
    Kind.UNKNOWN_FORMAT: Text(
        "不是 xlsx 也不是 CSV", "请在 Excel 或 WPS 里另存为 xlsx", "neither xlsx nor CSV", "save it as xlsx"
    ),
    Kind.OLD_EXCEL: Text(
        "旧格式的 Excel 或 WPS 文件（.xls、.et）",
        "请另存为 .xlsx",
        "an old Excel or WPS file (.xls, .et)",
        "save it as .xlsx",
    ),
    Kind.PASSWORD_PROTECTED: Text(
        "文件有打开密码",
        "请去掉密码（文件→信息→保护）再导入",
        "the file is protected by a password",
        "remove the password (File, Info, Protect) and import it again",
    ),
    Kind.BROKEN_WORKBOOK: Text(
        "文件损坏，打不开",
        "请用 Excel 或 WPS 打开、修复、另存",
        "the workbook is damaged",
        "open it in Excel or WPS, let it repair the file, and save it anew",
    ),
    Kind.WEB_PAGE: Text(
        "这是网页，不是表格（从系统导出的“xls”常常如此）",
        "请打开后另存为 xlsx",
        "a web page, no spreadsheet (as some programs export it)",
        "open it and save it as xlsx",
    ),
    Kind.WRONG_ENCODING: Text(
        "文字编码既不是 UTF-8 也不是 GBK",
        "请另存为 xlsx，或“CSV UTF-8”",
        "the text is neither UTF-8 nor GBK",
        "save it as xlsx or as CSV UTF-8",
    ),
    Kind.MOJIBAKE: Text(
        "乱码“{found}”：文件曾用错误的编码打开并保存",
        "请回到原文件，另存为 xlsx；已乱的文件改不回来",
        '"{found}" is garbled: the file was opened in a wrong encoding and saved',
        "go back to the original file and save it as xlsx",
    ),
    Kind.WRONG_SEPARATOR: Text(
        "列之间用“{found}”分隔",
        "请用逗号、分号或制表符分隔，或另存为 xlsx",
        'columns are separated by "{found}"',
        "use commas, semicolons or tabs, or save it as xlsx",
    ),
    Kind.UNCLOSED_QUOTE: Text(
        "引号没有成对，后面的行都连在了一起",
        "请改正这一行的引号，或另存为 xlsx",
        "a quotation mark is never closed, so lines run together",
        "correct the quotation marks of this line, or save it as xlsx",
    ),
    Kind.NOT_A_TABLE: Text(
        "没有找到表头",
        "第一行写列名（如 姓名、住址、养老管家），或从空白模板开始（“台账”页上有，或 hub directory template）",
        "no headings were found",
        "write the columns' names above them, or begin with a template (on the ledger's page, or by hub directory template)",
    ),
    Kind.NO_ROWS: Text(
        "只有表头，没有内容", "请填写后再导入", "headings only, no rows", "fill it in and import it again"
    ),
    Kind.HIDDEN_TABLE: Text(
        "隐藏的工作表，里面有台账的内容（读得出 {count} 行）",
        "要导入，请取消隐藏；不要，请删掉这张表，或改名为“说明”",
        "a hidden sheet with rows of a ledger ({count} could be read)",
        'show it if it should be imported; else delete it, or name it "notes"',
    ),
    Kind.COLUMN_MISSING: Text(
        "缺少必填的列“{column_zh}”", "请加上这一列", 'the column "{column_en}" is missing', "add it"
    ),
    Kind.COLUMN_TWICE: Text(
        "列名“{found}”出现两次",
        "请改名或删掉一列",
        'two columns are called "{found}"',
        "rename or remove one",
    ),
    Kind.ROW_TOO_LONG: Text(
        "这一行比表头（{columns} 列）多出“{found}”：内容里可能有没加引号的逗号",
        "请给含逗号的内容加引号，或另存为 xlsx",
        'the line has "{found}" beyond its {columns} columns: a comma within a text?',
        "put the text in quotation marks, or save the file as xlsx",
    ),
    Kind.MERGED_ACROSS: Text(
        "合并了几列的单元格，分不清内容属于哪一列",
        "请取消合并，每列分别填写",
        "cells of several columns are merged",
        "split them and fill in each column",
    ),
    Kind.FORMULA_ERROR: Text(
        "公式出错：{found}",
        "请改正公式，或把正确的值直接填进去",
        "a formula failed: {found}",
        "mend the formula, or type the value itself",
    ),
    Kind.FORMULA_NOT_COMPUTED: Text(
        "公式“{found}”没有算出结果",
        "请用 Excel 打开、重新计算后保存，或把值直接填进去",
        'the formula "{found}" was never computed',
        "open the file in Excel and save it, or type the value itself",
    ),
    Kind.CELL_OF_HASHES: Text(
        "只有 ####：列太窄，保存时丢了内容",
        "请把列拉宽再保存",
        "only ####: the column was too narrow when the file was saved",
        "widen the column and save again",
    ),
    Kind.LOST_CHARACTERS: Text(
        "“{found}”里有丢失的字",
        "请对照原件重新填写",
        '"{found}" has lost characters',
        "type it again from the original",
    ),
    Kind.BECAME_DATE: Text(
        "“{found}”是被 Excel 改成日期的号码（原来也许是 {maybe}）",
        "请把这一列设为“文本”格式，重新填写，如 3-2-501",
        '"{found}" was a number that Excel took for a date (perhaps {maybe})',
        "format the column as text and type it again, such as 3-2-501",
    ),
    Kind.BECAME_SERIAL: Text(
        "“{found}”是日期的序号（{date}，原来也许是 {maybe}）",
        "请把这一列设为“文本”格式，重新填写；真是房号就写“{found}室”",
        '"{found}" is the number of a date ({date}, perhaps {maybe})',
        "format the column as text and type it again; a real flat number is written {found}室",
    ),
    Kind.EXPONENT: Text(
        "“{found}”是科学计数法，后面的数字已经丢失",
        "请把这一列设为“文本”格式，从原件重新填写",
        '"{found}" is written with an exponent; its last digits are lost',
        "format the column as text and type the number again",
    ),
    Kind.DIGITS_ZEROED: Text(
        "“{found}”末尾的数字变成了 0（Excel 只记 15 位）",
        "请把这一列设为“文本”格式，从原件重新填写",
        '"{found}": Excel keeps 15 digits, the last ones became 0',
        "format the column as text and type the number again",
    ),
    Kind.LEADING_ZERO_LOST: Text(
        "“{found}”前面的 0 丢了（也许是 {maybe}）",
        "请把这一列设为“文本”格式，补上 0",
        '"{found}" has lost its leading zero (perhaps {maybe})',
        "format the column as text and add the zero",
    ),
    Kind.MISSING_VALUE: Text("必填，却是空的", "请填写", "must not be empty", "fill it in"),
    Kind.UNKNOWN_CHOICE: Text(
        "“{found}”不在可选的词里{near_zh}",
        "可以写：{allowed_zh}",
        '"{found}" is none of the words{near_en}',
        "allowed: {allowed_en}",
    ),
    Kind.NOT_A_NUMBER: Text("“{found}”不是整数", "请填数字", '"{found}" is no number', "write a number"),
    Kind.MINUTES_IMPOSSIBLE: Text(
        "“{found}”不是可用的分钟数",
        "请填大于 0、不超过 {most}（一年）的数字",
        '"{found}" is no usable number of minutes',
        "write a number above 0, at most {most} (a year)",
    ),
    Kind.NOT_YES_OR_NO: Text(
        "“{found}”看不出是还是否", "请写 是 或 否", '"{found}" is neither yes nor no', "write yes or no"
    ),
    Kind.LEVEL_OUT_OF_RANGE: Text(
        "能力等级“{found}”不存在",
        "请填 0 到 4（GB/T 42195：0 完好，4 完全失能）",
        'there is no ability level "{found}"',
        "levels are 0 to 4 (GB/T 42195: 0 able, 4 dependent)",
    ),
    Kind.FLOOR_IMPOSSIBLE: Text(
        "楼层“{found}”不可能",
        "请填 1 到 150；地下一层写 -1",
        'floor "{found}" cannot be',
        "write 1 to 150; the first basement is -1",
    ),
    Kind.BIRTH_YEAR_IMPOSSIBLE: Text(
        "出生年份“{found}”不可能",
        "请填四位年份，如 1941",
        'birth year "{found}" cannot be',
        "write four digits, such as 1941",
    ),
    Kind.BIRTH_YEARS_DIFFER: Text(
        "出生年份 {found} 与身份证号里的 {other_value} 不同",
        "请核对后改正其中一个",
        "birth year {found} differs from {other_value} in the identity number",
        "correct one of them",
    ),
    Kind.IDENTITY_NUMBER_WRONG: Text(
        "身份证号不对（{length} 位，或末位校验不符）",
        "请对照证件重新填写；不填也可以",
        "the identity number is wrong ({length} digits, or its check digit)",
        "type it again from the card, or leave it out",
    ),
    Kind.PHONE_TOO_SHORT: Text(
        "电话“{found}”只有 {length} 位",
        "手机 11 位；座机带区号，如 0371-55501234",
        'telephone "{found}" has only {length} digits',
        "11 digits for a mobile; the area code for a landline, such as 0371-55501234",
    ),
    Kind.PHONE_WRONG: Text(
        "“{found}”不像电话号码",
        "请填手机号或带区号的座机，说明写到备注里",
        '"{found}" is no telephone number',
        "write a mobile or landline number, and words into the note",
    ),
    Kind.NOT_A_DATE: Text(
        "“{found}”不是日期", "请写成 2026-03-01", '"{found}" is no date', "write it as 2026-03-01"
    ),
    Kind.NOT_A_TIME: Text("“{found}”不是时间", "请写成 08:00", '"{found}" is no time', "write it as 08:00"),
    Kind.NOT_HOURS: Text(
        "看不懂开放时间“{found}”",
        "请写成 周一至周六 08:00-18:00",
        'opening hours "{found}" cannot be read',
        "write them as Mon-Sat 08:00-18:00",
    ),
    Kind.NOT_WEEKDAYS: Text(
        "看不懂星期“{found}”",
        "请写成 周一至周五 或 周一三五",
        'weekdays "{found}" cannot be read',
        "write them as Mon-Fri or Mon Wed Fri",
    ),
    Kind.NOT_A_METHOD: Text(
        "看不懂通知方式“{found}”",
        "请写成 渠道:地址，如 webhook:tel:13800000000",
        'contact method "{found}" cannot be read',
        "write it as channel:address, such as webhook:tel:13800000000",
    ),
    Kind.NOT_OVERRIDES: Text(
        "看不懂规则参数“{found}”",
        "请写成 spo2_low.limit=87",
        'rule values "{found}" cannot be read',
        "write them as spo2_low.limit=87",
    ),
    Kind.ID_NOT_ALLOWED: Text(
        "编号“{found}”不能用",
        "编号只用字母、数字、- 和 _，最多 64 位；不填会自动生成",
        'the id "{found}" is not allowed',
        "use letters, digits, - and _, at most 64; an empty one is made up",
    ),
    Kind.ID_IS_LOG_IN: Text(
        "编号“{found}”是别人的登录账号",
        "请换一个编号，或留空自动生成",
        'the id "{found}" is somebody else\'s log-in',
        "give another id, or none: one is made up",
    ),
    Kind.TEXT_TOO_LONG: Text(
        "内容太长（{length} 字，最多 {most}）",
        "请缩短",
        "too long ({length} characters, at most {most})",
        "shorten it",
    ),
    Kind.DUPLICATE_ID: Text(
        "{noun_zh}“{found}”重复，{other} 已经有了",
        "同一个只写一行；不同的请用不同编号",
        'the {noun_en} "{found}" stands twice, first in {other}',
        "keep one row, or give them different ids",
    ),
    Kind.DUPLICATE_ROW: Text("这一行重复了", "请删掉一行", "this row stands twice", "remove one"),
    Kind.SAME_PERSON_TWICE: Text(
        "“{found}”和 {other} 是同一个人（证件或姓名加电话相同）",
        "一个人只能住一户：请删掉一行",
        '"{found}" is the same person as in {other} (identity number, or name and telephone)',
        "one person lives in one home: remove one row",
    ),
    Kind.CONTRADICTION: Text(
        "这里写“{found}”，{other} 写“{other_value}”",
        "请改成一致",
        'here "{found}", but "{other_value}" in {other}',
        "make them the same",
    ),
    Kind.UNKNOWN_REFERENCE: Text(
        "没有这个{noun_zh}：“{found}”{near}",
        "请改正，或在表里加上",
        'unknown {noun_en} "{found}"{near}',
        "correct it, or add it to its table",
    ),
    Kind.AMBIGUOUS_REFERENCE: Text(
        "叫“{found}”的{noun_zh}不止一个：{ids}",
        "请写编号；没有编号的，先在它自己那一行填一个",
        'several are called "{found}": {ids}',
        "write the id; where a row has none, give it one first",
    ),
    Kind.NO_ADDRESS: Text(
        "没有住址：不知道是哪一户",
        "请填住址，或小区和门牌号，或住户编号",
        "no address: nobody knows which home this is",
        "give the address, or compound and house number, or the home's id",
    ),
    Kind.ADDRESS_UNREADABLE: Text(
        "看不懂住址“{found}”",
        "请写成 ××街道××社区××小区3号楼2单元501室，或分列填写",
        'the address "{found}" cannot be read',
        "write ××街道××社区××小区3号楼2单元501室, or fill in separate columns",
    ),
    Kind.NOBODY_NAMED: Text(
        "没有写是哪位老人、哪一户",
        "请填老人、住户编号或负责区域",
        "names no elder and no home",
        "name an elder, a home or a region",
    ),
    Kind.COVER_WITHOUT_DATES: Text(
        "代管没有结束日期",
        "请填原管家回来的日期",
        "a cover without an end",
        "give the date on which the own butler is back",
    ),
    Kind.COMES_BACK: Text(
        "系统里自 {since} 起是“{now_zh}”，台账写“{found}”",
        "请改台账；登记错了或真的回来了：在住户页面上先改为“未开通”，再试呼一次",
        'the hub has had "{now_en}" since {since}, the ledger says "{found}"',
        'correct the ledger; recorded by mistake, or really back: set "not yet open" on the home\'s page, then try a call',
    ),
    Kind.CONTACT_WITHOUT_NAME: Text(
        "有电话“{found}”，没有姓名",
        "请填姓名",
        'a telephone number "{found}" without a name',
        "give the name",
    ),
    Kind.PHONE_DIFFERS: Text(
        "“{name}”的电话这里是 {found}，{other} 是 {other_phone}",
        "同一个人：改成一致；两个同名的人：各写编号，或在“养老管家”等名单里各写一行，这里照写电话",
        'the number of "{name}" is {found} here, {other_phone} in {other}',
        "one person: make them the same; two of one name: give each an id, or a row of their own in the list of butlers",
    ),
    Kind.PHONE_NOT_KNOWN: Text(
        "系统里“{name}”（{ids}）的电话是 {other_phone}，这里是 {found}：分不清是换了号码，还是另一位同名的人",
        "换了号码：把姓名改写成他的编号 {ids}（人员名单里填在编号列）；另一位：在人员名单里写一行，给一个新编号",
        'the hub has "{name}" ({ids}) with {other_phone}, here it is {found}: a new number, or another of that name',
        "a new number: name the person by the id {ids}; another person: give them a row in a list of people, with a new id",
    ),
    Kind.MISTYPED_PERSON: Text(
        "没有“{found}”这个人，也许是“{other}”（{beside_zh}）",
        "写错了就改成“{other}”；真是另一位：{apart_zh}",
        'nobody is called "{found}"; perhaps it is "{other}" ({beside_en})',
        'write "{other}"; if it is really somebody else, {apart_en}',
    ),
    Kind.BUTLER_LIST_FULL: Text(
        "管家{who_zh}自 {since} 起有 {count} 位自己的老人，最多 20 位",
        "请把多出的交给别的管家；有日期的代管不算",
        "the butler{who_en} has {count} own elders from {since}, at most 20 are allowed",
        "give the others to another butler; a dated cover does not count",
    ),
    Kind.NO_BUTLER: Text(
        "有老人，没有养老管家",
        "请填养老管家（和管家电话）",
        "has elders but no butler",
        "name a butler (and the butler's telephone)",
    ),
    Kind.TWO_BUTLERS: Text(
        "同一户同时有两位管家（{other}{one} {two}）",
        "只写一位，或给前一位填结束日期",
        "two butlers for one home at one time ({other}{one} {two})",
        "name one, or give the first an end",
    ),
    Kind.NO_INSTITUTION: Text(
        "家庭养老床位没有责任机构",
        "请填责任机构（和机构电话）",
        "a care bed without a responsible institution",
        "name the institution (and its telephone)",
    ),
    Kind.NO_HOME: Text(
        "老人没有住处", "请填住址或住户编号", "the elder belongs to no home", "give an address or a home's id"
    ),
    Kind.TWO_HOMES: Text(
        "同一时间在两户：{one} 和 {two}",
        "请给前一处填结束日期",
        "in two homes at one time: {one} and {two}",
        "give the first an end",
    ),
    Kind.ROOM_OF_OTHER_HOME: Text(
        "房间 {one} 不在住户 {two} 里",
        "请写这一户的房间",
        "room {one} is not in home {two}",
        "name a room of this home",
    ),
    Kind.WORN_BY_STRANGER: Text(
        "佩戴人 {one} 不住在 {two}",
        "请写这一户的老人，或留空",
        "worn by {one}, who does not live in {two}",
        "name a resident, or nobody",
    ),
    Kind.NOT_REACHABLE: Text(
        "没有电话，联系不上",
        "请填电话",
        "has no telephone number and cannot be reached",
        "give a telephone number",
    ),
    Kind.LEFT_BUT_ASKED: Text(
        "已离职，却还有住户或班次",
        "请先交接",
        "has left, but still has homes or shifts",
        "hand them over first",
    ),
    Kind.ENDS_BEFORE_BEGIN: Text(
        "结束不晚于开始", "请改正日期", "ends before it begins", "correct the dates"
    ),
    Kind.BUTLER_OF_REGION: Text(
        "管家不能按区域绑定",
        "请按住户写管家",
        "a butler is bound to a region",
        "name the butler home by home",
    ),
    Kind.HOME_OR_REGION: Text(
        "住户和区域只能写一个", "请删掉一个", "names a home and a region, or neither", "name exactly one"
    ),
    Kind.ONLY_BUTLERS_COVERED: Text(
        "只有管家可以代管",
        "请改岗位，或去掉“代管”",
        "only a butler is covered",
        "correct the role, or leave out cover",
    ),
    Kind.DESK_IS_ROSTERED: Text(
        "坐席、值班长和站点值班员按班表，不绑定住户",
        "请写到班表里",
        "desks come from the roster, not from bonds",
        "give the person a shift",
    ),
    Kind.DUTY_WITHOUT_CENTRE: Text(
        "站点值班没有写站点", "请填所属站点", "centre duty without a centre", "name the centre"
    ),
    Kind.REGION_TOO_NARROW: Text(
        "区域级别不对：{said}",
        "上级区域要比它大",
        "levels do not fit: {said}",
        "a region lies in a wider one",
    ),
    Kind.CENTRE_CIRCLE: Text(
        "上级站点绕成了圈：{said}",
        "请改正上级站点",
        "centres back up to each other: {said}",
        "correct the parent",
    ),
    Kind.DESK_GAP: Text(
        "呼叫中心有时段没有人：{gap}",
        "请给坐席或值班长补班",
        "nobody at the call-centre's desk: {gap}",
        "add a shift of an operator or duty manager",
    ),
    Kind.UNKNOWN_POLICY: Text(
        "没有求救流程“{found}”",
        "请改正，或留空",
        'unknown emergency policy "{found}"',
        "correct it, or leave it empty",
    ),
    Kind.UNKNOWN_RULE: Text("规则参数不对：{said}", "{remedy}", "rule values do not fit: {said}", "{remedy}"),
    Kind.DOES_NOT_FIT: Text("{where}：{said}", "{remedy}", "{where}: {said}", "{remedy}"),
    Kind.SHEET_IGNORED: Text(
        "这张工作表不是台账里的表，没有读",
        "需要的话请加上表头",
        "this sheet is no table of a ledger; it was not read",
        "give it headings if it should be",
    ),
    Kind.SHEET_OF_NOTES: Text(
        "叫这个名字的工作表不读",
        "里面有要导入的内容，请改名，如“老人”",
        "a sheet of this name is not read",
        'if something in it should be imported, give it another name, such as "elders"',
    ),
    Kind.COLUMN_IGNORED: Text(
        "列“{found}”用不到，没有读", "无需处理", 'the column "{found}" is not used', "nothing to do"
    ),
    Kind.ROW_SKIPPED: Text(
        "合计或说明行，没有读",
        "无需处理",
        "a line of totals or remarks; skipped",
        "nothing to do",
    ),
    Kind.EXAMPLE_SKIPPED: Text(
        "第一格是“{found}”：当作示例，整行没有读",
        "是要导入的内容，就把“{found}”改成编号，或清空这一格",
        'the first cell says "{found}": taken for an example, the line was not read',
        'if it should be imported, write an id instead of "{found}", or empty that cell',
    ),
    Kind.MERGED_FILLED: Text(
        "合并的单元格“{found}”用于到第 {until} 行",
        "请看一眼对不对",
        'the merged cell "{found}" counts for the lines down to {until}',
        "look whether that is right",
    ),
    Kind.SERIAL_AS_DATE: Text(
        "{found} 读作日期 {date}",
        "请看一眼对不对",
        "{found} was read as the date {date}",
        "look whether that is right",
    ),
    Kind.DECIMAL_REMOVED: Text(
        "{found} 读作 {value}", "请看一眼对不对", "{found} was read as {value}", "look whether that is right"
    ),
    Kind.BIRTH_DAY_IMPOSSIBLE: Text(
        "“{found}”不是历书上的日期；只记年份，记的是 {year}",
        "请看一眼年份对不对",
        '"{found}" is no day of the calendar; only the year is kept: {year}',
        "look whether the year is right",
    ),
    Kind.TWO_PHONES: Text(
        "有几个电话，用了第一个 {value}",
        "其余的请写到备注",
        "several telephone numbers; the first, {value}, is used",
        "write the others into the note",
    ),
    Kind.SHEET_HIDDEN: Text(
        "隐藏的工作表，里面没有台账的行，没有读",
        "无需处理",
        "a hidden sheet without rows of a ledger; it was not read",
        "nothing to do",
    ),
    Kind.ROWS_HIDDEN: Text(
        "有 {count} 行是隐藏的（筛选或手工）：第 {lines} 行；都已照常读入",
        "请看一眼；不要的话删掉这些行再试",
        "{count} hidden rows (by a filter or by hand), lines {lines}; they were read like all others",
        "look whether that is right; delete the rows and try again if they should not be imported",
    ),
    Kind.COLUMN_HIDDEN: Text(
        "这一列是隐藏的；已照常读入",
        "请看一眼；不要的话删掉这一列再试",
        "this column is hidden; it was read like all others",
        "look whether that is right; delete the column and try again if it should not be imported",
    ),
    Kind.PHONE_CHANGED: Text(
        "“{name}”换了号码：{before} → {found}（现在由此人负责的有 {count} 处）",
        "请核对；其实是另一位同名的人，请写编号",
        'a new number for "{name}": {before} -> {found} (who answers for {count} places now)',
        "look whether that is right; if it is another person of that name, give an id",
    ),
    Kind.NAMESAKES: Text(
        "有两位“{found}”，电话不同，按两个人处理（这里 {phone}；{other}）",
        "请看一眼；同一个人就把电话改成一致",
        'two are called "{found}" and have different numbers: taken as two people (here {phone}; {other})',
        "look whether that is right; if it is one person, make the numbers the same",
    ),
    Kind.MAYBE_MOVED: Text(
        "“{found}”按新来的老人加上；系统里已有同名的老人 {ids}，这份台账没有提到",
        "同一位老人搬了家：写上编号 {ids}，否则会有两份档案；另一位老人：无需处理",
        '"{found}" is added as somebody new; the hub has {ids} of that name, whom this ledger does not name',
        "the same elder, who moved: give the id {ids}, else there are two files; another elder: nothing to do",
    ),
    Kind.STAYS_OPEN: Text(
        "已经开通，台账还写“{found}”：保持开通",
        "请更新台账",
        "is open already, the ledger still says not yet open; it stays open",
        "bring the ledger up to date",
    ),
    Kind.STAYS_NOT_OPEN: Text(
        "还没有开通：要等一次真实试呼有人应答",
        "按一次呼叫器试一试",
        "is not open yet: a real press has to be answered first",
        "press the button and answer the call",
    ),
    Kind.NEVER_ASKED: Text(
        "{role_zh}“{found}”没有排班{without_zh}：不会被通知到",
        "{remedy_zh}",
        '{role_en} "{found}" has no shift{without_en}: nobody will notify them',
        "{remedy_en}",
    ),
    Kind.CENTRE_NOT_NEEDED: Text(
        "坐席和值班长服务所有站点，所属站点没有采用",
        "这一格可以空着",
        "operators and duty managers serve every centre: this one was not kept",
        "leave the cell empty",
    ),
    Kind.NOT_PROVEN: Text(
        "照台账记为在册，但这一户还没有一次按键由真人应答过：未试通",
        "按一次呼叫器、接听、办结；在此之前列在“保障缺口”的“未试通”里",
        "taken as active, but no press from this home was ever answered by a person: not proven",
        'press a key, answer, close the call; until then it stands under "not proven" on the unprotected page',
    ),
}


_WEEK = (
    *(("Monday", "周一"), ("Tuesday", "周二"), ("Wednesday", "周三"), ("Thursday", "周四")),
    *(("Friday", "周五"), ("Saturday", "周六"), ("Sunday", "周日"), (" until ", " 至 ")),
)
"""The directory's own checks name days in English."""


class _Said(dict[str, str]):
    """Values for a text; what was not given is nothing."""

    def __missing__(self, key: str) -> str:
        return ""


_WITH_LINES = frozenset({"other", "ids", "beside_zh", "beside_en"})
_LINE = re.compile(rf"{LINE}(\d+)")


def say(finding: Finding, language: Language) -> tuple[str, str]:
    """What is wrong, and what to do."""
    text = TEXTS[finding.kind]
    zh = language == "zh"
    values = _Said(finding.data)
    values["found"] = finding.found
    for key in _WITH_LINES & values.keys():
        values[key] = _LINE.sub(r"第 \1 行" if zh else r"line \1", values[key])
    if zh and "gap" in values:
        for english, chinese in _WEEK:
            values["gap"] = values["gap"].replace(english, chinese)
    for key in ("near", "near_zh", "near_en"):
        if values.get(key):
            values[key] = f"（是不是“{values[key]}”？）" if zh else f' (did you mean "{values[key]}"?)'
    what, remedy = (text.what_zh, text.remedy_zh) if zh else (text.what_en, text.remedy_en)
    return what.format_map(values).strip(), remedy.format_map(values).strip()


def place(at: Place, language: Language) -> str:
    """Where: file, sheet, line, column with its letter."""
    zh = language == "zh"
    parts = [at.file, at.sheet]
    if at.line is not None:
        parts.append(f"第 {at.line} 行" if zh else f"line {at.line}")
    if at.letter:
        parts.append(f"{at.letter} 列“{at.column}”" if zh else f'column {at.letter} "{at.column}"')
    shown = " ".join(part for part in parts if part)
    return shown or ("台账和系统合在一起" if zh else "the ledger together with what the hub has")


def said(finding: Finding, language: Language) -> tuple[str, str]:
    """As `say`, and about whom it is where no row of the ledger is."""
    what, remedy = say(finding, language)
    subject = finding.data.get(f"subject_{language}") or finding.data.get("where", "")
    if finding.place.line is None and subject and not finding.data.get("who_zh"):
        what = f"{subject} {what}"
    return what, remedy


def line(finding: Finding, language: Language) -> str:
    """The whole finding in one line."""
    what, remedy = said(finding, language)
    colon, then = ("：", "；") if language == "zh" else (": ", "; ")
    return f"{place(finding.place, language)}{colon}{what}{then}{remedy}"
