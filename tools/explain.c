/* SPDX-License-Identifier: MIT */
#include "tools/explain.h"

const char *cli_explain_cause(enum ol_agent_cause cause)
{
    switch (cause) {
    case OL_AGENT_CAUSE_LINK:
        return "no interface is up: look at the cable and at ip link";
    case OL_AGENT_CAUSE_ADDRESS:
        return "no interface has an address: look at DHCP and at ip address";
    case OL_AGENT_CAUSE_DNS:
        return "no name server answered: look at resolv.conf and at the way to the "
               "internet; for the local platform set host = 127.0.0.1";
    case OL_AGENT_CAUSE_NO_HOST:
        return "name servers do not know it: look at how host and product_id are "
               "spelled; for the local platform set host = 127.0.0.1";
    case OL_AGENT_CAUSE_REFUSED:
        return "nothing listens there or there is no way to it: is the platform running, "
               "are host and port right?";
    case OL_AGENT_CAUSE_TIMEOUT:
        return "no answer at all: a firewall, a wrong address, or the platform is down";
    case OL_AGENT_CAUSE_NO_LOGIN:
        return "something accepts connections but does not speak MQTT in time: are host "
               "and port right?";
    case OL_AGENT_CAUSE_SUBSCRIBE:
        return "the product may have data streams instead of a thing model";
    case OL_AGENT_CAUSE_CLOSED:
        return "it restarts, it did not like a message, or another program logged in as "
               "the same device";
    case OL_AGENT_CAUSE_TWIN:
        return "end the other client, or give it a device of its own";
    case OL_AGENT_CAUSE_RESET:
        return "the way to the platform or the platform itself went away";
    case OL_AGENT_CAUSE_NO_PING:
    case OL_AGENT_CAUSE_NO_REPLY:
        return "the connection looks open but nothing comes back: a router forgot it, or "
               "the platform hangs";
    case OL_AGENT_CAUSE_PROTOCOL:
        return "is there really an MQTT server at host and port?";
    case OL_AGENT_CAUSE_LOCAL:
        return "this machine is short of sockets or memory";
    case OL_AGENT_CAUSE_NONE:
    case OL_AGENT_CAUSE_TLS:
    case OL_AGENT_CAUSE_REJECTED:
        break;
    }
    return "";
}
