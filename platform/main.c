/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/resource.h>

#include "platform/create.h"
#include "platform/help.h"
#include "platform/log.h"
#include "platform/maintain.h"
#include "platform/serve.h"

#ifndef OL_VERSION
#define OL_VERSION "0.0.0"
#endif

static int dispatch(struct ol_platform *p, const struct ol_options *o)
{
    switch (o->command) {
    case OL_COMMAND_PRODUCT_CREATE:
        return ol_create_product(&p->db, o);
    case OL_COMMAND_PRODUCT_LIST:
        return ol_list_products(&p->db);
    case OL_COMMAND_DEVICE_CREATE:
        return ol_create_device(&p->db, o);
    case OL_COMMAND_DEVICE_LIST:
        return ol_list_devices(&p->db, o);
    case OL_COMMAND_LOG:
        return ol_log(p, o);
    default:
        return ol_serve(p, o);
    }
}

static bool needs_database(enum ol_command command)
{
    return command != OL_COMMAND_BACKUP && command != OL_COMMAND_CHECK;
}

/* These look at the file as it is: nothing is made, nothing brought up to date. */
static int without_database(const struct ol_platform *p, const struct ol_options *o)
{
    return o->command == OL_COMMAND_BACKUP ? ol_maintain_backup(&p->dir, o)
                                           : ol_maintain_check(&p->dir);
}

static int with_folder(const struct ol_options *o)
{
    static struct ol_platform platform;
    char why[512];
    char path[OL_DATADIR_PATH_CAP];
    bool make = o->command == OL_COMMAND_SERVE || o->command == OL_COMMAND_PRODUCT_CREATE;
    if (o->command == OL_COMMAND_PRODUCT_CREATE) {
        int status = ol_create_product_check(o);
        if (status != OL_EXIT_OK) {
            return status;
        }
    }
    if (!(make ? ol_datadir_make(&platform.dir, o->data, why, sizeof why)
               : ol_datadir_open(&platform.dir, o->data, why, sizeof why))) {
        fprintf(stderr, "onelink-platform: %s\n", why);
        return OL_EXIT_FAILED;
    }
    if (!needs_database(o->command)) {
        return without_database(&platform, o);
    }
    if (!ol_datadir_file(&platform.dir, "onelink.db", path, sizeof path)) {
        fprintf(stderr, "onelink-platform: the path of the data folder is too long\n");
        return OL_EXIT_FAILED;
    }
    if (o->command == OL_COMMAND_SERVE) {
        ol_db_reserve();
    }
    if (ol_db_open(&platform.db, path, why, sizeof why) != OL_OK) {
        fprintf(stderr, "onelink-platform: %s\n", why);
        return OL_EXIT_FAILED;
    }
    int status = dispatch(&platform, o);
    ol_db_close(&platform.db);
    ol_datadir_close(&platform.dir);
    return status;
}

int main(int argc, char **argv)
{
    struct ol_options o;
    int status = ol_options_parse(argc, argv, &o, stderr);
    if (status != OL_EXIT_OK) {
        return status;
    }
    if (o.help) {
        ol_help(stdout, o.command);
        return OL_EXIT_OK;
    }
    if (o.command == OL_COMMAND_VERSION) {
        printf("onelink-platform %s\n", OL_VERSION);
        return OL_EXIT_OK;
    }
    /* A core file would hold keys. */
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    return with_folder(&o);
}
