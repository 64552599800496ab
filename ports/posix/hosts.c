/* SPDX-License-Identifier: MIT */
#include "ports/posix/hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS    " \t\r\n"
#define LINE_CAP  1024
#define DNS_PORT  53
#define RTF_UP_GW 3UL /* RTF_UP and RTF_GATEWAY */

/* The next line without its comment. Of a longer one the rest is skipped. */
static bool next_line(FILE *file, char line[LINE_CAP])
{
    if (fgets(line, LINE_CAP, file) == NULL) {
        return false;
    }
    if (strchr(line, '\n') == NULL) {
        int c;
        do {
            c = getc(file);
        } while (c != '\n' && c != EOF);
    }
    line[strcspn(line, "#;")] = '\0';
    return true;
}

static bool is_word(const char *word, struct ol_str name)
{
    return strlen(word) == name.len && strncasecmp(word, name.ptr, name.len) == 0;
}

static bool is_line_of(char *line, struct ol_str name, struct ol_addr *out)
{
    char *rest;
    const char *address = strtok_r(line, BLANKS, &rest);
    if (address == NULL || ol_addr_decode(ol_str_from(address), 0, out) != OL_OK) {
        return false;
    }
    const char *word;
    while ((word = strtok_r(NULL, BLANKS, &rest)) != NULL) {
        if (is_word(word, name)) {
            return true;
        }
    }
    return false;
}

int32_t ol_posix_hosts_find(const char *path, struct ol_str name, struct ol_addr *out)
{
    char line[LINE_CAP];
    struct ol_addr addr;
    int32_t rc = OL_E_NOENT;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return OL_E_NOENT;
    }
    while (rc != OL_OK && next_line(file, line)) {
        if (is_line_of(line, name, &addr)) {
            *out = addr;
            rc = OL_OK;
        }
    }
    (void)fclose(file);
    return rc;
}

size_t ol_posix_resolv_get(const char *path, struct ol_addr *servers, size_t cap)
{
    char line[LINE_CAP];
    size_t count = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    while (count < cap && next_line(file, line)) {
        char *rest;
        const char *key = strtok_r(line, BLANKS, &rest);
        const char *value = key != NULL ? strtok_r(NULL, BLANKS, &rest) : NULL;
        if (value != NULL && strcmp(key, "nameserver") == 0 &&
            ol_addr_decode(ol_str_from(value), DNS_PORT, &servers[count]) == OL_OK) {
            count++;
        }
    }
    (void)fclose(file);
    return count;
}

/* Columns: interface, destination, gateway, flags; numbers in hexadecimal, addresses as
 * the machine holds them in memory. */
static bool is_default_route(char *line, struct ol_addr *out)
{
    char *rest;
    const char *column[4];
    column[0] = strtok_r(line, BLANKS, &rest);
    for (int i = 1; i < 4; i++) {
        column[i] = column[i - 1] != NULL ? strtok_r(NULL, BLANKS, &rest) : NULL;
    }
    if (column[3] == NULL || strcmp(column[1], "00000000") != 0 ||
        (strtoul(column[3], NULL, 16) & RTF_UP_GW) != RTF_UP_GW) {
        return false;
    }
    uint32_t gateway = (uint32_t)strtoul(column[2], NULL, 16);
    out->family = OL_ADDR_IPV4;
    memcpy(out->bytes, &gateway, sizeof gateway);
    return true;
}

struct ol_addr ol_posix_route_get_gateway(const char *path)
{
    char line[LINE_CAP];
    struct ol_addr gateway = {0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return gateway;
    }
    bool is_found = false;
    while (!is_found && next_line(file, line)) {
        is_found = is_default_route(line, &gateway);
    }
    (void)fclose(file);
    return gateway;
}
