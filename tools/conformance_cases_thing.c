/* SPDX-License-Identifier: MIT */
#include "tools/conformance_cases.h"

/* §4.1 to §4.3 and §4.11: topics, property messages, codes. */

/* clang-format off */
static const struct cli_case cases[] = {
    {"4.1", "PUBLISH to thing/property/desired/get is allowed", D, ONLINE,
     "publish 32 <own>/thing/property/desired/get {}",
     "puback 1"},
    {"4.1", "PUBLISH to thing/event/post is allowed", D, ONLINE,
     "publish 32 <own>/thing/event/post {}",
     "puback 1"},
    {"4.1", "PUBLISH to thing/pack/post is allowed", D, ONLINE,
     "publish 32 <own>/thing/pack/post {}",
     "puback 1"},
    {"4.1", "PUBLISH to thing/history/post is allowed", D, ONLINE,
     "publish 32 <own>/thing/history/post {}",
     "puback 1"},
    {"4.1", "PUBLISH to thing/sub/property/get_reply is allowed", D, ONLINE,
     "publish 32 <own>/thing/sub/property/get_reply {}",
     "puback 1"},
    {"4.1", "PUBLISH to thing/sub/topo/get is allowed", D, ONLINE,
     "publish 32 <own>/thing/sub/topo/get {}",
     "puback 1"},
    {"4.1", "no such topic: event/{id}/post", C, ONLINE,
     "publish 30 <own>/thing/event/e1/post {}",
     "close or open"},
    {"4.1", "no such topic: sub/property/post", C, ONLINE,
     "publish 30 <own>/thing/sub/property/post {}",
     "close or open"},
    {"4.1", "no such topic: property/set/reply", C, ONLINE,
     "publish 30 <own>/thing/property/set/reply {}",
     "close or open"},
    {"4.1", "no such topic: dp/post/json of the older products", C, ONLINE,
     "publish 30 <own>/dp/post/json {}",
     "close or open"},
    {"4.2", "a post", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{<member>}}",
     "reply 123 200 success"},
    {"4.2", "a post with QoS 1", D, SUBSCRIBED,
     "publish 32 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{<member>}}",
     "puback 1; reply 123 200 success"},
    {"4.2", "without version", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"1\",\"params\":{<member>}"
     "}",
     "reply 1 200 success"},
    {"4.2", "with its own time", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<id>\":{\"value\":<value>,\"time\":1524448722123}}}",
     "reply 123 200 success"},
    {"4.2", "id of 13 digits", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"1234567890123\",\"version"
     "\":\"1.0\",\"params\":{<member>}}",
     "reply 1234567890123 200 success"},
    {"4.2", "id of one digit", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"1\",\"version\":\"1.0\","
     "\"params\":{<member>}}",
     "reply 1 200 success"},
    {"4.2", "a read-only property", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<readable>\":{\"value\":<readable value>}}}",
     "reply 123 200 success"},
    {"4.2", "a writable property", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<writable>\":{\"value\":<writable value>}}}",
     "reply 123 200 success"},
    {"4.2", "id with leading zeros", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"007\",\"version\":\"1.0\""
     ",\"params\":{<member>}}",
     "reply 007 200 success"},
    {"4.2", "a version of another number", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"1\",\"version\":\"9\",\"p"
     "arams\":{<member>}}",
     "reply 1 200 success"},
    {"4.2", "members that nobody knows", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"1\",\"sys\":{\"ack\":1},"
     "\"method\":\"m\",\"params\":{<member>}}",
     "reply 1 200 success"},
    {"4.2", "a bool as true", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<bool>\":{\"value\":true}}}",
     "reply 123 200 success"},
    {"4.2", "a float as an integer", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<float>\":{\"value\":<float value>}}}",
     "reply 123 200 success"},
    {"4.2", "an int32", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int32>\":{\"value\":<int32 value>}}}",
     "reply 123 200 success"},
    {"4.2", "an int64", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int64>\":{\"value\":<int64 value>}}}",
     "reply 123 200 success"},
    {"4.2", "a double", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<double>\":{\"value\":<double value>}}}",
     "reply 123 200 success"},
    {"4.2", "an enum", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<enum>\":{\"value\":<enum value>}}}",
     "reply 123 200 success"},
    {"4.2", "a string", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<string>\":{\"value\":<string value>}}}",
     "reply 123 200 success"},
    {"4.2", "a date in milliseconds", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<date>\":{\"value\":1524448722123}}}",
     "reply 123 200 success"},
    {"4.2", "a time of text", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<id>\":{\"value\":<value>,\"time\":\"1524448722123\"}}}",
     "reply 123 2411 time type error:identifier:<id>"},
    {"4.3", "set_reply that nobody waits for", D, ONLINE,
     "publish 32 <own>/thing/property/set_reply {\"id\":\"1\",\"code\":200,\"m"
     "sg\":\"success\"}",
     "puback 1"},
    {"4.3", "get_reply that nobody waits for", D, ONLINE,
     "publish 32 <own>/thing/property/get_reply {\"id\":\"2\",\"code\":200,\"m"
     "sg\":\"success\",\"data\":{}}",
     "puback 1"},
    {"4.3", "set_reply that is no JSON", U, ONLINE,
     "publish 32 <own>/thing/property/set_reply ok",
     "puback 1"},
    {"4.3", "a set: QoS 0, an id of digits, bare values", C, SUBSCRIBED,
     "await set\npublish 32 <own>/thing/property/set_reply {\"id\":\"<asked "
     "id>\",\"code\":200,\"msg\":\"success\"}",
     "set; puback 2"},
    {"4.3", "a get: QoS 0, an id of digits, an array", D, SUBSCRIBED,
     "await get\npublish 32 <own>/thing/property/get_reply {\"id\":\"<asked id>\","
     "\"code\":200,\"msg\":\"success\",\"data\":{}}",
     "get; puback 2"},
    {"4.11", "bool as 1", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<bool>\":{\"value\":1}}}",
     "reply 123 2271 bool type error:identifier:<bool>"},
    {"4.11", "bool as 0", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<bool>\":{\"value\":0}}}",
     "reply 123 2271 bool type error:identifier:<bool>"},
    {"4.11", "bool as text", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<bool>\":{\"value\":\"true\"}}}",
     "reply 123 2271 bool type error:identifier:<bool>"},
    {"4.11", "an unknown property", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"onelink_nothing\":{\"value\":1}}}",
     "reply 123 2306 identifier not exist:identifier:onelink_nothing"},
    {"4.11", "one bad member refuses all", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{<member>,\"onelink_nothing\":{\"value\":1}}}",
     "reply 123 2306 identifier not exist:identifier:onelink_nothing"},
    {"4.11", "a value that is not wrapped", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{<bare>}}",
     "reply 123 2402 request format error"},
    {"4.11", "an id of letters", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"prop_176\",\"version\":\""
     "1.0\",\"params\":{<member>}}",
     "reply prop_176 2405 msg id invalid"},
    {"4.11", "an id of 14 digits", D, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"12345678901234\",\"versio"
     "n\":\"1.0\",\"params\":{<member>}}",
     "reply 12345678901234 2405 msg id invalid"},
    {"4.11", "value null", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<id>\":{\"value\":null}}}",
     "reply 123 2409 required value:identifier:<id>"},
    {"4.11", "value missing", C, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<id>\":{\"time\":1524448722123}}}",
     "reply 123 2409 required value:identifier:<id>"},
    {"4.11", "an event without its outputs", C, SUBSCRIBED,
     "publish 30 <own>/thing/event/post {\"id\":\"124\",\"version\":\"1.0\",\""
     "params\":{\"<event>\":{\"value\":{}}}}",
     "reply@thing/event/post/reply 124 2308 event param count error"},
    {"4.11", "events as an array in a pack", C, SUBSCRIBED,
     "publish 30 <own>/thing/pack/post {\"id\":\"125\",\"version\":\"1.0\",\"p"
     "arams\":[{\"identity\":{\"productID\":\"<product>\",\"deviceName\":\"<na"
     "me>\"},\"properties\":{},\"events\":[{\"<event>\":{\"value\":{}}}]}]}",
     "reply@thing/pack/post/reply 125 2307 *"},
    {"4.11", "params is an array", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":[]}",
     "reply 123 2402 request format error"},
    {"4.11", "no members", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{}}",
     "reply 123 2402 request format error"},
    {"4.11", "params missing", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\"}",
     "reply 123 2402 request format error"},
    {"4.11", "a number as id", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":123,\"params\":{<member>}}",
     "reply #123 2405 msg id invalid"},
    {"4.11", "an empty id", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"\",\"params\":{<member>}}",
     "reply - 2405 msg id invalid"},
    {"4.11", "no id", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"params\":{<member>}}",
     "reply - 2405 msg id invalid"},
    {"4.11", "payload that is no JSON", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post temp=23",
     "reply - 2402 request format error"},
    {"4.11", "an empty payload", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post ",
     "reply - 2402 request format error"},
    {"4.11", "JSON cut short", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"params\":{<member"
     ">}",
     "reply 123 2402 request format error"},
    {"4.11", "NaN", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<float>\":{\"value\":NaN}}}",
     "reply 123 2402 request format error"},
    {"4.11", "a property twice", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{<member>,<member>}}",
     "reply 123 2402 request format error"},
    {"4.11", "a byte-order mark", U, SUBSCRIBED,
     "publish 30 <own>/thing/property/post <byte EF><byte BB><byte BF>{\"id\":"
     "\"123\",\"params\":{<member>}}",
     "reply - 2402 request format error"},
    {"4.11", "int32 of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int32>\":{\"value\":\"1\"}}}",
     "reply 123 2211 int32 type error:identifier:<int32>"},
    {"4.11", "int64 of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int64>\":{\"value\":true}}}",
     "reply 123 2221 int64 type error:identifier:<int64>"},
    {"4.11", "float of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<float>\":{\"value\":\"1\"}}}",
     "reply 123 2231 float type error:identifier:<float>"},
    {"4.11", "double of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<double>\":{\"value\":\"1\"}}}",
     "reply 123 2241 double type error:identifier:<double>"},
    {"4.11", "enum of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<enum>\":{\"value\":\"1\"}}}",
     "reply 123 2251 enum type error:identifier:<enum>"},
    {"4.11", "string of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<string>\":{\"value\":1}}}",
     "reply 123 2261 string type error:identifier:<string>"},
    {"4.11", "date of another type", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<date>\":{\"value\":\"1524448722123\"}}}",
     "reply 123 2281 date type error:identifier:<date>"},
    {"4.11", "int32 with a fraction", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int32>\":{\"value\":1.5}}}",
     "reply 123 2211 int32 type error:identifier:<int32>"},
    {"4.11", "int32 beyond 32 bits", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int32>\":{\"value\":2147483648}}}",
     "reply 123 2212 value range error:identifier:<int32>"},
    {"4.11", "int64 beyond 64 bits", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<int64>\":{\"value\":9223372036854775808}}}",
     "reply 123 2222 value range error:identifier:<int64>"},
    {"4.11", "float beyond its range", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<float>\":{\"value\":1e39}}}",
     "reply 123 2232 value range error:identifier:<float>"},
    {"4.11", "double beyond its range", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<double>\":{\"value\":1e309}}}",
     "reply 123 2242 value range error:identifier:<double>"},
    {"4.11", "float between two steps", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<stepped>\":{\"value\":<between>}}}",
     "reply 123 2233 value step error:identifier:<stepped>"},
    {"4.11", "enum of no label", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<enum>\":{\"value\":<no label>}}}",
     "reply 123 2255 enum value error:identifier:<enum>"},
    {"4.11", "string one too long", OURS, SUBSCRIBED,
     "publish 30 <own>/thing/property/post {\"id\":\"123\",\"version\":\"1.0\""
     ",\"params\":{\"<string>\":{\"value\":\"<too long>\"}}}",
     "reply 123 2264 string length error:identifier:<string>"},
};
/* clang-format on */

const struct cli_case_list cli_cases_thing = {cases, sizeof(cases) / sizeof(cases[0])};
