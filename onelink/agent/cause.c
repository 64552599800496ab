/* SPDX-License-Identifier: MIT */
#include "onelink/agent/cause.h"

const char *ol_agent_cause_str(enum ol_agent_cause cause)
{
    switch (cause) {
    case OL_AGENT_CAUSE_NONE:
        return "none";
    case OL_AGENT_CAUSE_LINK:
        return "no link";
    case OL_AGENT_CAUSE_ADDRESS:
        return "no network address";
    case OL_AGENT_CAUSE_DNS:
        return "host name not resolved";
    case OL_AGENT_CAUSE_NO_HOST:
        return "host name does not exist";
    case OL_AGENT_CAUSE_REFUSED:
        return "connection refused";
    case OL_AGENT_CAUSE_TIMEOUT:
        return "no answer to the connection attempt";
    case OL_AGENT_CAUSE_TLS:
        return "server not trusted";
    case OL_AGENT_CAUSE_REJECTED:
        return "login rejected";
    case OL_AGENT_CAUSE_NO_LOGIN:
        return "login not answered";
    case OL_AGENT_CAUSE_SUBSCRIBE:
        return "subscription refused";
    case OL_AGENT_CAUSE_CLOSED:
        return "closed by the platform";
    case OL_AGENT_CAUSE_TWIN:
        return "closed by the platform again and again soon after login (does another "
               "client "
               "use this device name?)";
    case OL_AGENT_CAUSE_RESET:
        return "connection broken";
    case OL_AGENT_CAUSE_NO_PING:
        return "no answer to a ping";
    case OL_AGENT_CAUSE_NO_REPLY:
        return "reports not answered";
    case OL_AGENT_CAUSE_PROTOCOL:
        return "the platform broke the protocol";
    case OL_AGENT_CAUSE_LOCAL:
        return "local network failure";
    }
    return "unknown";
}

const char *ol_agent_hint_str(enum ol_agent_hint hint)
{
    switch (hint) {
    case OL_AGENT_HINT_KEY:
        return "the key does not belong to this device or product, or its end is missing";
    case OL_AGENT_HINT_NAME:
        return "the product id or the device name is misspelled, or the device does not "
               "exist";
    case OL_AGENT_HINT_EXPIRED:
        return "the token has expired: the clock is wrong, or a ready token is too old";
    case OL_AGENT_HINT_TOKEN:
        return "the ready token was made for another device, or damaged when it was "
               "copied";
    case OL_AGENT_HINT_HOST:
        return "this host does not serve the product: try the other one";
    case OL_AGENT_HINT_UNPUBLISHED:
        return "the product is not published";
    }
    return "unknown";
}
