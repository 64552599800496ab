/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_CAUSE_H
#define ONELINK_AGENT_CAUSE_H

/* Why the agent left its way, told apart by what a person would do about it. */
enum ol_agent_cause {
    OL_AGENT_CAUSE_NONE,     /* the normal course */
    OL_AGENT_CAUSE_LINK,     /* no cable, or the peer of the cable is off */
    OL_AGENT_CAUSE_ADDRESS,  /* no network address */
    OL_AGENT_CAUSE_DNS,      /* the host name was not resolved: no server, or no answer */
    OL_AGENT_CAUSE_NO_HOST,  /* the host name does not exist */
    OL_AGENT_CAUSE_REFUSED,  /* connection refused or network unreachable */
    OL_AGENT_CAUSE_TIMEOUT,  /* no answer to the connection attempt */
    OL_AGENT_CAUSE_TLS,      /* the peer of a secured stream was not trusted */
    OL_AGENT_CAUSE_REJECTED, /* login rejected (CONNACK 4, or another code) */
    OL_AGENT_CAUSE_NO_LOGIN, /* connected, but the login was not answered */
    OL_AGENT_CAUSE_SUBSCRIBE, /* the subscription to commands and replies was refused */
    OL_AGENT_CAUSE_CLOSED,    /* closed by the platform */
    OL_AGENT_CAUSE_TWIN, /* closed by the platform soon after login, again and again: most
                                 likely another client logs in with the same device name */
    OL_AGENT_CAUSE_RESET,    /* the connection broke */
    OL_AGENT_CAUSE_NO_PING,  /* no answer to a ping: the connection is half-open */
    OL_AGENT_CAUSE_NO_REPLY, /* posts are not answered, or not acknowledged */
    OL_AGENT_CAUSE_PROTOCOL, /* the platform sent what MQTT forbids */
    OL_AGENT_CAUSE_LOCAL     /* no socket, no entropy, or the medium failed */
};

/* "no link", "login rejected" ...: for a log. Static storage. */
const char *ol_agent_cause_str(enum ol_agent_cause cause);

/* What may be behind a rejected login. The order is that of likelihood,
 * docs/protocol.md §9, as far as the agent cannot rule a cause out itself. */
enum ol_agent_hint {
    OL_AGENT_HINT_NAME, /* product id or device name misspelled, or no such device */
    OL_AGENT_HINT_KEY,  /* the key is not this device's (or product's) */
    OL_AGENT_HINT_TOKEN, /* a ready token was made for another device or damaged by copying */
    OL_AGENT_HINT_EXPIRED, /* the token is expired: the clock is wrong, or a ready token is old */
    OL_AGENT_HINT_HOST,       /* another host serves this product */
    OL_AGENT_HINT_UNPUBLISHED /* the product is not published */
};
#define OL_AGENT_HINTS_MAX 6

/* A sentence for a person. Static storage. */
const char *ol_agent_hint_str(enum ol_agent_hint hint);

#endif
