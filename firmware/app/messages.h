/* SPDX-License-Identifier: MIT */
/* APP_MESSAGE(id, English, Chinese): included where APP_MESSAGE is defined. */

/* --- console ---------------------------------------------------------------------- */
APP_MESSAGE(MSG_OK, "ok", "好")
APP_MESSAGE(MSG_BANNER, "onelink %1 on %2. Type help.",
            "onelink %1，开发板 %2。输入 help 查看命令。")
APP_MESSAGE(MSG_HELP_HEAD, "Commands:", "命令：")
APP_MESSAGE(MSG_HELP_HELP, "help [KEY]          this list; what a setting allows",
            "help [KEY]          显示本列表；说明某项设置允许的值")
APP_MESSAGE(MSG_HELP_SHOW,
            "show [KEY]          the settings; keys and tokens as set or not set",
            "show [KEY]          显示设置；密钥和令牌只显示是否已设置")
APP_MESSAGE(MSG_HELP_SET, "set KEY VALUE       change a setting (then save)",
            "set KEY VALUE       修改一项设置（然后 save）")
APP_MESSAGE(MSG_HELP_UNSET, "unset KEY           back to the default",
            "unset KEY           恢复该项的默认值")
APP_MESSAGE(MSG_HELP_SAVE, "save                keep the settings and use them",
            "save                保存设置并立即使用")
APP_MESSAGE(MSG_HELP_STATUS,
            "status              link, address, clock, login, replies, counters",
            "status              网线、地址、时钟、登录、回复和计数")
APP_MESSAGE(MSG_HELP_LOG,
            "log [LEVEL]         what is logged here: error, warn, info, debug",
            "log [LEVEL]         日志级别：error、warn、info、debug")
APP_MESSAGE(MSG_HELP_SELFTEST, "selftest            chip, bus, flash, clock",
            "selftest            检查网络芯片、总线、闪存和时钟")
APP_MESSAGE(MSG_HELP_REBOOT, "reboot              start anew",
            "reboot              重新启动")
APP_MESSAGE(MSG_HELP_BOOTSEL, "bootsel             become the USB drive for a new image",
            "bootsel             变为 U 盘以写入新固件")
APP_MESSAGE(MSG_HELP_RESET, "factory-reset yes   erase all settings",
            "factory-reset yes   清除全部设置")
APP_MESSAGE(MSG_UNKNOWN_COMMAND, "%1: no such command", "%1：没有这个命令")
APP_MESSAGE(MSG_DID_YOU_MEAN, ", did you mean %1?", "，是否想输入 %1？")
APP_MESSAGE(MSG_ALLOWED, "; allowed: %1", "；允许：%1")
APP_MESSAGE(MSG_SEE_HELP, "; help lists them", "；输入 help 查看")
APP_MESSAGE(MSG_SEE_SHOW, "; show lists them", "；输入 show 查看")
APP_MESSAGE(MSG_NO_ARGUMENT, "%1 takes nothing behind it; allowed: %1",
            "%1 后面不能有内容；允许：%1")
APP_MESSAGE(MSG_USAGE_SET, "set KEY VALUE, for example: set device_name d1",
            "set KEY VALUE，例如：set device_name d1")
APP_MESSAGE(MSG_USAGE_UNSET, "unset KEY, for example: unset host",
            "unset KEY，例如：unset host")
APP_MESSAGE(MSG_USAGE_LOG, "log error, log warn, log info, log debug",
            "log error、log warn、log info、log debug")
APP_MESSAGE(MSG_USAGE_RESET, "factory-reset yes", "factory-reset yes")
APP_MESSAGE(MSG_INCOMPLETE, "the command is not complete", "命令不完整")
APP_MESSAGE(MSG_LINE_LONG, "the line is too long, at most %1 bytes; nothing was changed",
            "这一行太长，最多 %1 字节；未做任何修改")
APP_MESSAGE(MSG_LOST, "(%1 lines were lost)", "（丢失了 %1 行）")
APP_MESSAGE(MSG_LOG_IS, "log %1", "log %1")
APP_MESSAGE(MSG_DEFAULT, " # default", " # 默认")
APP_MESSAGE(MSG_UNKNOWN_LEVEL, "%1: no such level", "%1：没有这个级别")
APP_MESSAGE(MSG_SECRET_SET, "set", "已设置")
APP_MESSAGE(MSG_SECRET_NOT_SET, "not set", "未设置")
APP_MESSAGE(MSG_NOT_SAVED, "# not saved yet: save keeps and uses them",
            "# 尚未保存：输入 save 保存并使用")
APP_MESSAGE(MSG_SET_DONE, "%1 is changed (save keeps it)", "%1 已修改（用 save 保存）")
APP_MESSAGE(MSG_UNSET_DONE, "%1 is at its default (save keeps it)",
            "%1 已恢复默认值（用 save 保存）")
APP_MESSAGE(MSG_SAVED, "saved, %1 of %2 bytes; in use from now on",
            "已保存，%1 / %2 字节；现在起生效")
APP_MESSAGE(MSG_SAVE_FAILED,
            "the flash did not keep them; the settings of before are still there",
            "闪存写入失败；原来的设置仍然有效")
APP_MESSAGE(MSG_REBOOTING, "rebooting", "正在重新启动")
APP_MESSAGE(MSG_BOOTSEL_NOW, "the board becomes the USB drive RPI-RP2",
            "开发板变为 U 盘 RPI-RP2")
APP_MESSAGE(MSG_RESET_DONE, "all settings are erased", "全部设置已清除")
APP_MESSAGE(MSG_HELP_DEFAULT, "; default: %1", "；默认：%1")

/* --- settings --------------------------------------------------------------------- */
APP_MESSAGE(MSG_LINE_OF, "stored settings, line %1: ", "已存设置第 %1 行：")
APP_MESSAGE(MSG_COLON, ": ", "：")

/* In the order of enum ol_setting_problem. */
APP_MESSAGE(MSG_FAULT_ENCODING, "UTF-16; allowed: UTF-8", "UTF-16；允许：UTF-8")
APP_MESSAGE(MSG_FAULT_CONTROL, "a control character; allowed: printable text",
            "含控制字符；允许：可打印文本")
APP_MESSAGE(MSG_FAULT_EQUALS, "not a setting; allowed: key = value",
            "不是设置；允许：key = value")
APP_MESSAGE(MSG_FAULT_UNKNOWN, "no such setting", "没有这项设置")
APP_MESSAGE(MSG_FAULT_TWICE, "set a second time; allowed: once", "重复设置；允许：一次")
APP_MESSAGE(MSG_FAULT_QUOTE,
            "quotes do not enclose the whole value; allowed: one pair around it",
            "引号没有括住整个值；允许：一对引号括住它")
APP_MESSAGE(MSG_FAULT_HASH, "'#' inside a value; allowed: quotes around the value",
            "值中含有 '#'；允许：用引号括住该值")
APP_MESSAGE(MSG_FAULT_EMPTY, "has no value", "没有值")
APP_MESSAGE(MSG_FAULT_NUMBER, "\"%1\" is not a number of this kind", "“%1”不是这种数字")
APP_MESSAGE(MSG_FAULT_RANGE, "\"%1\" is out of range", "“%1”超出范围")
APP_MESSAGE(MSG_FAULT_CHOICE, "\"%1\" is not one of the choices", "“%1”不是可选值")
APP_MESSAGE(MSG_FAULT_LENGTH, "is too short or too long", "太短或太长")
APP_MESSAGE(MSG_FAULT_CHARACTER, "\"%1\" is not of the right form", "“%1”格式不对")
APP_MESSAGE(
    MSG_FAULT_IDENTIFIER,
    "no property is named so; allowed: property.IDENTIFIER.NAME with 1 to 64 of A-Z a-z "
    "0-9 _ -",
    "没有这样的属性名；允许：property.标识符.NAME，标识符为 1 到 64 个 A-Z a-z 0-9 _ -")
APP_MESSAGE(MSG_FAULT_PROPERTIES, "one property too many; allowed: %1 of them",
            "属性太多；允许：%1 个")
APP_MESSAGE(MSG_FAULT_MISSING, "is missing", "缺少此项")
APP_MESSAGE(MSG_FAULT_CREDENTIAL,
            "no key and no token is set; allowed: one of device_key, product_key, token",
            "没有密钥也没有令牌；允许：device_key、product_key、token 之一")
APP_MESSAGE(MSG_FAULT_CONFLICT,
            "cannot stand together with %1; allowed: one of them (unset the other)",
            "不能与 %1 同时设置；允许：其中之一（unset 另一个）")
APP_MESSAGE(MSG_FAULT_ELSEWHERE, "a setting of onelink run, which a board has no use for",
            "这是 onelink run 的设置，开发板不使用")

APP_MESSAGE(MSG_FAULT_SECRET, "has a character that is not allowed", "含有不允许的字符")
APP_MESSAGE(MSG_FAULT_NOT_SET, "is not set", "没有设置")
APP_MESSAGE(MSG_FAULT_FULL,
            "the settings would be longer than %1 bytes; allowed: shorter ones",
            "设置总长将超过 %1 字节；允许：更短的设置")
APP_MESSAGE(MSG_FAULT_SOURCE, "there is no such source", "没有这种来源")
APP_MESSAGE(MSG_FAULT_COMMAND, "there is no such command", "没有这种命令方式")
APP_MESSAGE(MSG_FAULT_SIM, "the simulation is not of the right form", "模拟参数格式不对")
APP_MESSAGE(MSG_FAULT_PIN, "the board has no such pin free", "开发板没有这个可用引脚")
APP_MESSAGE(MSG_FAULT_TYPE, "has no type", "没有类型")
APP_MESSAGE(
    MSG_FAULT_NOTHING,
    "no property has a source or a command; for example: set property.temp.source "
    "chip_temperature",
    "没有任何属性有来源或命令；例如：set property.temp.source chip_temperature")
APP_MESSAGE(MSG_DEFAULT_USED, "; the default is used", "；使用默认值")
APP_MESSAGE(MSG_ALLOWED_CHARS, "%1 to %2 characters", "%1 到 %2 个字符")
APP_MESSAGE(MSG_ALLOWED_SECRET, "%1 to %2 printable characters without blanks",
            "%1 到 %2 个可打印字符，不含空格")
APP_MESSAGE(MSG_ALLOWED_NAME, "%1 to %2 of A-Z a-z 0-9 _ -",
            "%1 到 %2 个 A-Z a-z 0-9 _ -")
APP_MESSAGE(MSG_ALLOWED_HOST,
            "a host name or an IPv4 address, without a port; auto for host",
            "主机名或 IPv4 地址，不带端口；host 可用 auto")
APP_MESSAGE(MSG_ALLOWED_HOSTS, "%1 to %2 host names or IPv4 addresses, parted by commas",
            "%1 到 %2 个主机名或 IPv4 地址，用逗号分隔")
APP_MESSAGE(MSG_ALLOWED_INT, "%1 to %2", "%1 到 %2")
APP_MESSAGE(MSG_ALLOWED_DURATION, "%1 to %2 seconds, or a number with s, m, h or d",
            "%1 到 %2 秒，或数字加 s、m、h、d")
APP_MESSAGE(MSG_ALLOWED_DECIMAL, "a decimal number such as 0.001 or -2.5e3",
            "小数，例如 0.001 或 -2.5e3")
APP_MESSAGE(MSG_ALLOWED_BOOL, "true, false", "true、false")
APP_MESSAGE(MSG_ALLOWED_IPV4, "an IPv4 address such as 192.168.1.20",
            "IPv4 地址，例如 192.168.1.20")
APP_MESSAGE(MSG_ALLOWED_IPV4S, "%1 to %2 IPv4 addresses, parted by commas",
            "%1 到 %2 个 IPv4 地址，用逗号分隔")
APP_MESSAGE(MSG_ALLOWED_NETMASK, "255.255.255.0 and the like, or its length, 1 to 30",
            "例如 255.255.255.0，或前缀长度 1 到 30")
APP_MESSAGE(MSG_ALLOWED_MAC, "a hardware address such as 02:00:00:12:34:56",
            "硬件地址，例如 02:00:00:12:34:56")
APP_MESSAGE(MSG_ALLOWED_SOURCE,
            "chip_temperature, adc:0 to adc:3, gpio:PIN, led, sim:sine, sim:ramp, "
            "sim:counter, sensor:NAME",
            "chip_temperature、adc:0 到 "
            "adc:3、gpio:PIN、led、sim:sine、sim:ramp、sim:counter、sensor:NAME")
APP_MESSAGE(
    MSG_ALLOWED_SIM,
    "sim:sine,min=A,max=B,period=S; sim:ramp with the same; sim:counter,start=A,step=B",
    "sim:sine,min=A,max=B,period=S；sim:ramp 同上；sim:counter,start=A,step=B")
APP_MESSAGE(MSG_ALLOWED_COMMAND, "keep, led, gpio:PIN", "keep、led、gpio:PIN")

/* --- start and board -------------------------------------------------------------- */
/* In the order of enum app_reset_cause; %1 and %2 are where it crashed, %3 is how often. */
APP_MESSAGE(MSG_RESET_POWER, "started by power or the RUN pin", "因上电或 RUN 引脚启动")
APP_MESSAGE(MSG_RESET_REQUEST, "started by reboot", "因 reboot 启动")
APP_MESSAGE(
    MSG_RESET_WATCHDOG,
    "started by the watchdog: the program had stopped; %3 starts in a row that failed",
    "看门狗重启：程序曾停止；连续失败的启动次数 %3")
APP_MESSAGE(MSG_RESET_CRASH,
            "started after a crash at %1, called from %2; %3 starts in a row that failed",
            "崩溃后重启：位置 %1，调用者 %2；连续失败的启动次数 %3")
APP_MESSAGE(MSG_STORE_DAMAGED, "flash: %1 damaged settings records were skipped",
            "闪存：跳过 %1 条损坏的设置记录")
APP_MESSAGE(MSG_STORE_IO, "flash: the settings cannot be read; the defaults are used",
            "闪存：无法读取设置；使用默认值")
APP_MESSAGE(MSG_UNCONFIGURED,
            "not configured, so nothing is reported:", "尚未配置，不会上报：")
APP_MESSAGE(MSG_UNCONFIGURED_SHORT,
            "not configured: nothing is reported yet; save tells what is missing",
            "尚未配置：还不会上报；输入 save 查看缺少什么")
APP_MESSAGE(MSG_CHIP_FOUND, "network chip found, SPI clock %1 Hz",
            "找到网络芯片，SPI 时钟 %1 Hz")
APP_MESSAGE(MSG_CHIP_LOST, "network chip given up: %1; it is reset and set up anew",
            "网络芯片异常：%1；正在复位并重新设置")
APP_MESSAGE(MSG_CHIP_SILENT, "no network chip answers (%1, SPI clock %2 Hz)",
            "没有网络芯片应答（%1，SPI 时钟 %2 Hz）")
APP_MESSAGE(
    MSG_CHIP_BOARD,
    "this image is for the board %1; if yours is another one, flash its own image",
    "本固件用于开发板 %1；如果开发板不同，请写入对应的固件")
APP_MESSAGE(MSG_CHIP_BUS, "bus", "总线故障")
APP_MESSAGE(MSG_CHIP_NOTHING, "silent", "无应答")
APP_MESSAGE(MSG_CHIP_VERSION, "wrong version", "版本不对")
APP_MESSAGE(MSG_CHIP_RESET, "it was reset", "芯片被复位")
APP_MESSAGE(MSG_CHIP_CONFIG, "its configuration changed", "配置被改变")
APP_MESSAGE(MSG_CHIP_COMMAND, "a command was not taken", "命令未被接受")
APP_MESSAGE(MSG_CHIP_STATE, "a socket in an impossible state", "套接字状态不可能")
APP_MESSAGE(MSG_CHIP_POINTER, "socket pointers contradict each other", "套接字指针矛盾")
APP_MESSAGE(MSG_LINK_UP, "link up", "网线已连接")
APP_MESSAGE(MSG_LINK_DOWN, "no link: is the cable in, and its other end on?",
            "没有连接：网线插好了吗？另一端通电了吗？")
APP_MESSAGE(MSG_NOTHING_FITS, "property %1: no value: %2", "属性 %1：没有值：%2")
APP_MESSAGE(MSG_VALUE_READ, "the source cannot be read", "来源无法读取")
APP_MESSAGE(MSG_VALUE_LONG, "the number is too long with scale and offset",
            "加上 scale 和 offset 后数字太长")
APP_MESSAGE(MSG_VALUE_TYPE, "it does not fit the type", "与类型不符")
APP_MESSAGE(MSG_VALUE_RANGE, "it is beyond the range of the type", "超出该类型的范围")

/* --- network and platform --------------------------------------------------------- */
APP_MESSAGE(MSG_DHCP_BOUND, "address %1 by DHCP, router %2", "DHCP 地址 %1，网关 %2")
APP_MESSAGE(MSG_DHCP_LOST, "the address was taken back or ran out", "地址已被收回或到期")
APP_MESSAGE(MSG_DHCP_TAKEN, "somebody else has the address %1: declined",
            "地址 %1 已被占用：拒绝使用")
APP_MESSAGE(MSG_DHCP_REFUSED, "the DHCP server refused the address",
            "DHCP 服务器拒绝了该地址")
APP_MESSAGE(MSG_DHCP_SILENT, "no DHCP server answers", "没有 DHCP 服务器应答")
APP_MESSAGE(MSG_CLOCK_SNTP, "the time comes from a time server: %1",
            "时间来自时间服务器：%1")
APP_MESSAGE(MSG_CLOCK_DATE, "the time comes from the web server of date_host: %1",
            "时间来自 date_host 的网页服务器：%1")
APP_MESSAGE(MSG_STATE, "%1", "%1")
APP_MESSAGE(MSG_ONLINE, "online", "已上线")
APP_MESSAGE(MSG_LOGGED_IN, "logged in at %1 (%2)", "已登录 %1（%2）")
APP_MESSAGE(MSG_BACKOFF, "%1; next try in %2 s; values that wait: %3",
            "%1；%2 秒后重试；等待上报的值：%3")
APP_MESSAGE(MSG_REJECTED, "login refused by %1 (CONNACK %2). Most likely, in this order:",
            "%1 拒绝登录（CONNACK %2）。最可能的原因依次为：")
APP_MESSAGE(MSG_NO_TOKEN, "no token can be made: is the key base64?",
            "无法生成令牌：密钥是 base64 吗？")
APP_MESSAGE(MSG_HINT, "  %1. %2", "  %1. %2")
APP_MESSAGE(MSG_FILTER, "the subscription to %1 was refused", "订阅 %1 被拒绝")
APP_MESSAGE(MSG_POSTED, "-> report %1: %2", "-> 上报 %1：%2")
APP_MESSAGE(MSG_POSTED_AGAIN, "-> report %1 again: %2", "-> 再次上报 %1：%2")
APP_MESSAGE(MSG_DELIVERED, "<- reply %1: 200 success", "<- 回复 %1：200 成功")
APP_MESSAGE(MSG_REFUSED, "<- reply %1: %2 %3", "<- 回复 %1：%2 %3")
APP_MESSAGE(
    MSG_ASIDE,
    "property %1 is set aside: the platform does not take it. Compare identifier, "
    "type, range and step with the "
    "published model.",
    "属性 %1 暂停上报：平台不接受。请与已发布的物模型核对标识符、类型、范围和步长。")
APP_MESSAGE(MSG_IN_PARTS, "the report goes out again in parts", "该上报将拆分后重发")
APP_MESSAGE(MSG_TIMEOUT, "report %1 was not answered; it goes out again",
            "上报 %1 没有回复；将重发")
APP_MESSAGE(MSG_RESTORED, "property %1 is tried again", "重新尝试属性 %1")
APP_MESSAGE(MSG_FULL,
            "the queue is full: new values are dropped until some are delivered",
            "队列已满：在送达之前新值将被丢弃")
APP_MESSAGE(MSG_COMMAND_SET, "<- set %1", "<- 设置 %1")
APP_MESSAGE(MSG_COMMAND_REPLY, "-> set_reply %1", "-> set_reply %1")
APP_MESSAGE(MSG_COMMAND_BAD, "<- set with a fault: %1 %2", "<- 设置有误：%1 %2")
APP_MESSAGE(MSG_COMMAND_GET, "<- get of %1 values, answered", "<- 查询 %1 个值，已回答")
APP_MESSAGE(MSG_STRANGE, "<- a message that is not served: %1", "<- 不处理的消息：%1")
APP_MESSAGE(MSG_SKIPPED, "<- a message of %1 bytes was too large and dropped",
            "<- 消息有 %1 字节，太大，已丢弃")
APP_MESSAGE(MSG_AGENT_ERROR, "the settings cannot be used: %1", "设置无法使用：%1")

/* In the order of enum ol_agent_cause. */
APP_MESSAGE(MSG_CAUSE_NONE, "none", "无")
APP_MESSAGE(MSG_CAUSE_LINK, "no link", "网线未连接")
APP_MESSAGE(MSG_CAUSE_ADDRESS, "no address", "没有地址")
APP_MESSAGE(MSG_CAUSE_DNS, "the name server does not answer", "域名服务器没有应答")
APP_MESSAGE(MSG_CAUSE_NO_HOST, "the host name does not exist", "主机名不存在")
APP_MESSAGE(MSG_CAUSE_REFUSED, "connection refused, or the network cannot be reached",
            "连接被拒绝或网络不可达")
APP_MESSAGE(MSG_CAUSE_TIMEOUT, "no answer to the connection attempt", "连接没有应答")
APP_MESSAGE(MSG_CAUSE_TLS, "the peer is not trusted", "对方不可信")
APP_MESSAGE(MSG_CAUSE_REJECTED, "login rejected", "登录被拒绝")
APP_MESSAGE(MSG_CAUSE_NO_LOGIN, "the login was not answered", "登录没有应答")
APP_MESSAGE(MSG_CAUSE_SUBSCRIBE, "the subscription was refused", "订阅被拒绝")
APP_MESSAGE(MSG_CAUSE_CLOSED, "closed by the platform", "平台关闭了连接")
APP_MESSAGE(
    MSG_CAUSE_TWIN,
    "closed by the platform again and again: does another client use this device_name?",
    "平台反复关闭连接：是否有另一个客户端使用同一 device_name？")
APP_MESSAGE(MSG_CAUSE_RESET, "the connection broke", "连接中断")
APP_MESSAGE(MSG_CAUSE_NO_PING, "no answer to a ping", "心跳没有应答")
APP_MESSAGE(MSG_CAUSE_NO_REPLY, "reports are not answered", "上报没有回复")
APP_MESSAGE(MSG_CAUSE_PROTOCOL, "the platform sent what MQTT forbids",
            "平台发送了 MQTT 不允许的内容")
APP_MESSAGE(MSG_CAUSE_LOCAL, "no socket or no random numbers yet",
            "没有可用套接字或随机数")

/* In the order of enum ol_agent_hint. */
APP_MESSAGE(MSG_HINT_NAME,
            "product_id or device_name is misspelled, or there is no such device",
            "product_id 或 device_name 拼写有误，或没有该设备")
APP_MESSAGE(MSG_HINT_KEY, "the key is not that of this device (or product)",
            "密钥不是该设备（或产品）的")
APP_MESSAGE(MSG_HINT_TOKEN, "the token was made for another device or damaged by copying",
            "令牌属于其他设备，或复制时损坏")
APP_MESSAGE(MSG_HINT_EXPIRED,
            "the token is expired: the clock is wrong, or the token is old",
            "令牌已过期：时钟不对，或令牌太旧")
APP_MESSAGE(MSG_HINT_HOST, "another host serves this product", "该产品由其他主机提供服务")
APP_MESSAGE(MSG_HINT_UNPUBLISHED, "the product is not published", "产品尚未发布")

/* In the order of enum ol_agent_state. */
APP_MESSAGE(MSG_AGENT_CLOSED, "closed", "已关闭")
APP_MESSAGE(MSG_AGENT_LINK, "waits for the cable", "等待网线")
APP_MESSAGE(MSG_AGENT_ADDRESS, "gets an address", "获取地址")
APP_MESSAGE(MSG_AGENT_CLOCK, "asks for the time", "查询时间")
APP_MESSAGE(MSG_AGENT_RESOLVE, "looks up the host", "解析主机名")
APP_MESSAGE(MSG_AGENT_CONNECT, "connects", "连接中")
APP_MESSAGE(MSG_AGENT_LOGIN, "logs in", "登录中")
APP_MESSAGE(MSG_AGENT_SUBSCRIBE, "subscribes", "订阅中")
APP_MESSAGE(MSG_AGENT_ONLINE, "online", "已上线")
APP_MESSAGE(MSG_AGENT_BACKOFF, "waits before the next try", "等待重试")
APP_MESSAGE(MSG_AGENT_CLOSING, "says goodbye", "正在断开")

/* --- status ----------------------------------------------------------------------- */
APP_MESSAGE(MSG_ST_UPTIME, "running for %1 s", "已运行 %1 秒")
APP_MESSAGE(MSG_ST_CHIP_OK, "chip: answers, SPI clock %1 Hz, %2 resets",
            "芯片：应答，SPI 时钟 %1 Hz，复位 %2 次")
APP_MESSAGE(MSG_ST_CHIP_NO, "chip: does not answer", "芯片：无应答")
APP_MESSAGE(MSG_ST_LINK, "link: %1, hardware address %2", "网线：%1，硬件地址 %2")
APP_MESSAGE(MSG_ST_UP, "up", "已连接")
APP_MESSAGE(MSG_ST_DOWN, "down", "未连接")
APP_MESSAGE(MSG_ST_ADDRESS, "address: %1/%2, router %3 (%4)",
            "地址：%1/%2，网关 %3（%4）")
APP_MESSAGE(MSG_ST_NO_ADDRESS, "address: none", "地址：无")
APP_MESSAGE(MSG_ST_STATIC, "by settings", "来自设置")
APP_MESSAGE(MSG_ST_DHCP, "by DHCP", "来自 DHCP")
APP_MESSAGE(MSG_ST_DNS, "name servers: %1 %2 %3", "域名服务器：%1 %2 %3")
APP_MESSAGE(MSG_ST_CLOCK, "clock: %1", "时钟：%1")
APP_MESSAGE(MSG_ST_NO_CLOCK, "clock: not known", "时钟：未知")
APP_MESSAGE(MSG_ST_LOGIN, "platform: %1; last trouble: %2", "平台：%1；上次故障：%2")
APP_MESSAGE(MSG_ST_REPLY, "last reply: report %1: %2", "最近的回复：上报 %1：%2")
APP_MESSAGE(MSG_ST_BEFORE, "; before it %1", "；之前：%1")
APP_MESSAGE(MSG_ST_AND, ", %1", "、%1")
APP_MESSAGE(MSG_ST_NO_REPLY, "last reply: none yet", "最近的回复：无")
APP_MESSAGE(MSG_ST_VALUES, "values: %1 taken, %2 delivered, %3 wait, %4 dropped",
            "值：接收 %1，送达 %2，等待 %3，丢弃 %4")
APP_MESSAGE(MSG_ST_COUNTERS,
            "reports %1 (%2 again), logins %3, online %4 times, commands %5",
            "上报 %1（重发 %2），登录 %3，上线 %4 次，命令 %5")
APP_MESSAGE(MSG_ST_SPI, "SPI: %1 frames, %2 bytes; flash: %3 damaged records",
            "SPI：%1 帧，%2 字节；闪存：损坏记录 %3")
APP_MESSAGE(MSG_ST_SETTINGS, "settings: %1 of %2 bytes, %3 of %4 properties%5",
            "设置：%1 / %2 字节，%3 / %4 个属性%5")
APP_MESSAGE(MSG_ST_UNSAVED, ", not saved", "，未保存")

/* --- self-test -------------------------------------------------------------------- */
APP_MESSAGE(MSG_TEST_VERSION, "chip version: %1 (04 is right)", "芯片版本：%1（应为 04）")
APP_MESSAGE(MSG_TEST_BUS_OK, "bus: %1 bytes of pattern right at %2 Hz",
            "总线：%2 Hz 下 %1 字节测试全部正确")
APP_MESSAGE(MSG_TEST_BUS_BAD, "bus: wrong at %1 Hz; a slower clock is tried",
            "总线：%1 Hz 下有错误；降低时钟再试")
APP_MESSAGE(MSG_TEST_BUS_NONE, "bus: wrong at every clock down to %1 Hz",
            "总线：降到 %1 Hz 仍有错误")
APP_MESSAGE(MSG_TEST_BUS_SLOWER,
            "bus: the clock stays at %1 Hz; set spi_hz %1 keeps it over restarts",
            "总线：时钟保持 %1 Hz；用 set spi_hz %1 永久保存")
APP_MESSAGE(MSG_TEST_FLASH_OK, "flash: settings written and read back right",
            "闪存：设置写入并读回正确")
APP_MESSAGE(MSG_TEST_FLASH_BAD, "flash: settings cannot be written", "闪存：无法写入设置")
APP_MESSAGE(MSG_TEST_CLOCK_OK, "clock: runs, %1", "时钟：运行正常，%1")
APP_MESSAGE(MSG_TEST_CLOCK_BAD, "clock: does not run right, %1 ms for 20",
            "时钟：异常，20 毫秒走了 %1 毫秒")
APP_MESSAGE(MSG_TEST_DATE_NONE, "the date is not known", "日期未知")
APP_MESSAGE(MSG_TEST_PASSED, "selftest passed", "自检通过")
APP_MESSAGE(MSG_TEST_FAILED, "selftest failed: %1 of 4", "自检失败：4 项中 %1 项")
