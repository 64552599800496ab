/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/create.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "onelink/json/writer.h"
#include "onelink/onenet/name.h"
#include "platform/secret.h"
#include "platform/store/registry.h"

#define MODEL_MAX   (4U << 20) /* bytes of a model file */
#define ID_MIN      8
#define OUTPUT_CAP  1024
#define ID_ATTEMPTS 8

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int wrong(int status, const char *what, const char *why)
{
    fprintf(stderr, "onelink-platform: %s%s\n", what, why);
    return status;
}

static int database_failed(void)
{
    return wrong(OL_EXIT_FAILED, "the database could not be written; is the disk full?",
                 "");
}

/* ---- output ---- */

struct member {
    const char *name;
    struct ol_str value;
};

static int print_object(const struct member *members, size_t count)
{
    char buf[OUTPUT_CAP];
    struct ol_json_writer w = ol_json_writer_make(buf, sizeof buf);
    ol_json_object_begin(&w);
    for (size_t i = 0; i < count; i++) {
        ol_json_key(&w, ol_str_from(members[i].name));
        ol_json_str(&w, members[i].value);
    }
    ol_json_object_end(&w);
    bool ok = ol_json_writer_status(&w) == OL_OK &&
              printf("%.*s\n", (int)w.out.len, buf) > 0 && fflush(stdout) == 0;
    ol_secret_wipe(buf, sizeof buf);
    return ok ? OL_EXIT_OK : wrong(OL_EXIT_FAILED, "cannot write to standard output", "");
}

/* ---- product create ---- */

/* The file's text, to be freed. NULL after a sentence in why[cap]. */
static char *read_model(const char *file, size_t *len, char *why, size_t cap)
{
    FILE *f = fopen(file, "rb");
    char *text = f == NULL ? NULL : malloc(MODEL_MAX + 1U);
    if (text == NULL) {
        snprintf(why, cap, "cannot read the model %s: %s", file, strerror(errno));
        if (f != NULL) {
            fclose(f);
        }
        return NULL;
    }
    *len = fread(text, 1, MODEL_MAX + 1U, f);
    bool failed = ferror(f) != 0;
    int error = errno;
    fclose(f);
    if (failed || *len > MODEL_MAX) {
        snprintf(why, cap, "cannot read the model %s: %s", file,
                 failed ? strerror(error) : "it is larger than 4 MB");
        free(text);
        return NULL;
    }
    return text;
}

/* Lines count from 1; offset may be the end of the text. */
static unsigned long line_of(struct ol_str text, size_t offset)
{
    unsigned long line = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        line += text.ptr[i] == '\n' ? 1 : 0;
    }
    return line;
}

static int model_wrong(const char *file, struct ol_str text,
                       const struct ol_onenet_import_error *e)
{
    fprintf(stderr, "onelink-platform: %s, line %lu: %s%s%s", file,
            line_of(text, e->offset), e->path, e->path[0] == '\0' ? "" : ": ",
            ol_onenet_import_reason_str(e->reason));
    if (e->reason == OL_ONENET_IMPORT_KIND && e->needed != '\0') {
        fprintf(stderr, ": %s is needed, %s is there",
                ol_onenet_import_kind_str(e->needed),
                ol_onenet_import_kind_str(e->found));
    }
    fputc('\n', stderr);
    return OL_EXIT_USAGE;
}

/* The id that was asked for, or one that is free. */
static int32_t add_product(struct ol_db *db, const struct ol_options *o,
                           struct ol_str key, struct ol_str model,
                           char made[OL_SECRET_ID_CAP],
                           struct ol_onenet_import_error *error)
{
    if (o->id != NULL) {
        return ol_db_product_add(db, ol_str_from(o->id), key, model, wall_ms(), error);
    }
    int32_t rc = OL_E_IO;
    for (int i = 0; i < ID_ATTEMPTS; i++) {
        if (!ol_secret_product_id(made)) {
            return OL_E_IO;
        }
        rc = ol_db_product_add(db, ol_str_from(made), key, model, wall_ms(), error);
        if (rc != OL_E_ARG) {
            return rc;
        }
    }
    return rc;
}

static int create_product_with(struct ol_db *db, const struct ol_options *o,
                               const char *key)
{
    char why[512];
    char made[OL_SECRET_ID_CAP] = "";
    size_t len = 0;
    char *text = read_model(o->model, &len, why, sizeof why);
    if (text == NULL) {
        return wrong(OL_EXIT_USAGE, why, "");
    }
    struct ol_onenet_import_error error = {0};
    struct ol_str model = ol_str_make(text, len);
    int32_t rc = add_product(db, o, ol_str_from(key), model, made, &error);
    int status = rc == OL_E_PROTO ? model_wrong(o->model, model, &error) : OL_EXIT_OK;
    free(text);
    if (rc == OL_E_PROTO) {
        return status;
    }
    if (rc == OL_E_ARG) {
        return wrong(OL_EXIT_FAILED, "there is a product with this id already: ",
                     o->id != NULL ? o->id : made);
    }
    if (rc != OL_OK) {
        return database_failed();
    }
    struct member out[] = {{"product_id", ol_str_from(o->id != NULL ? o->id : made)},
                           {"access_key", ol_str_from(key)}};
    return print_object(out, 2);
}

static int take_key(const char *file, bool (*make)(char out[OL_SECRET_CAP]),
                    char key[OL_SECRET_CAP])
{
    char why[512];
    if (file == NULL) {
        return make(key)
                   ? OL_EXIT_OK
                   : wrong(OL_EXIT_FAILED, "the system gives no random numbers", "");
    }
    return ol_secret_read(file, key, why, sizeof why) ? OL_EXIT_OK
                                                      : wrong(OL_EXIT_USAGE, why, "");
}

int ol_create_product_check(const struct ol_options *o)
{
    char why[512];
    struct stat st;
    size_t len = 0;
    struct ol_onenet_import_error error = {0};
    if (o->id != NULL &&
        (strlen(o->id) < ID_MIN || !ol_onenet_pid_is_valid(ol_str_from(o->id)))) {
        return wrong(OL_EXIT_USAGE, "--id is 8 to 32 letters and digits, not ", o->id);
    }
    if (stat(o->model, &st) == 0 && !S_ISREG(st.st_mode)) {
        return OL_EXIT_OK;
    }
    char *text = read_model(o->model, &len, why, sizeof why);
    if (text == NULL) {
        return wrong(OL_EXIT_USAGE, why, "");
    }
    struct ol_str model = ol_str_make(text, len);
    int status = ol_db_model_check(model, &error) == OL_E_PROTO
                     ? model_wrong(o->model, model, &error)
                     : OL_EXIT_OK;
    free(text);
    return status;
}

int ol_create_product(struct ol_db *db, const struct ol_options *o)
{
    char key[OL_SECRET_CAP];
    int rc = take_key(o->key_file, ol_secret_product_key, key);
    if (rc == OL_EXIT_OK) {
        rc = create_product_with(db, o, key);
    }
    ol_secret_wipe(key, sizeof key);
    return rc;
}

/* ---- device create ---- */

static const struct ol_store_product *product_of(struct ol_db *db,
                                                 const struct ol_options *o)
{
    const struct ol_store_product *p = ol_db_product_get(db, ol_str_from(o->product));
    if (p == NULL) {
        (void)wrong(OL_EXIT_FAILED, "there is no product ", o->product);
    }
    return p;
}

static int create_device_with(struct ol_db *db, const struct ol_options *o,
                              const char *key)
{
    const struct ol_store_product *p = product_of(db, o);
    if (p == NULL) {
        return OL_EXIT_FAILED;
    }
    int32_t rc = ol_db_device_add(db, p, ol_str_from(o->name), ol_str_from(key),
                                  (struct ol_str){NULL, 0}, wall_ms());
    if (rc == OL_E_ARG) {
        return wrong(OL_EXIT_FAILED,
                     "the product has a device with this name already: ", o->name);
    }
    if (rc != OL_OK) {
        return database_failed();
    }
    struct member out[] = {{"product_id", p->product_id},
                           {"device_name", ol_str_from(o->name)},
                           {"sec_key", ol_str_from(key)}};
    return print_object(out, 3);
}

int ol_create_device(struct ol_db *db, const struct ol_options *o)
{
    char key[OL_SECRET_CAP];
    if (!ol_onenet_device_is_valid(ol_str_from(o->name))) {
        return wrong(OL_EXIT_USAGE, "--name is 1 to 64 of A-Z a-z 0-9 _ -, not ",
                     o->name);
    }
    int rc = take_key(o->key_file, ol_secret_device_key, key);
    if (rc == OL_EXIT_OK) {
        rc = create_device_with(db, o, key);
    }
    ol_secret_wipe(key, sizeof key);
    return rc;
}

/* ---- lists ---- */

struct list {
    size_t count;
};

static void product_row(void *ctx, const struct ol_db_product_row *r)
{
    struct list *list = ctx;
    printf("%s\"%.*s\"", list->count++ == 0 ? "" : ",", (int)r->product_id.len,
           r->product_id.ptr);
}

/* Ids and names are letters, digits, '_' and '-': nothing in them needs an escape. */
static void device_row(void *ctx, const struct ol_db_device_row *r)
{
    struct list *list = ctx;
    printf("%s{\"device_name\":\"%.*s\",\"online\":%s}", list->count++ == 0 ? "" : ",",
           (int)r->name.len, r->name.ptr, r->online ? "true" : "false");
}

int ol_list_products(struct ol_db *db)
{
    struct list list = {0};
    printf("{\"products\":[");
    int32_t rc = ol_db_product_each(db, product_row, &list);
    printf("]}\n");
    return rc == OL_OK ? OL_EXIT_OK : database_failed();
}

int ol_list_devices(struct ol_db *db, const struct ol_options *o)
{
    struct list list = {0};
    const struct ol_store_product *p = product_of(db, o);
    if (p == NULL) {
        return OL_EXIT_FAILED;
    }
    printf("{\"devices\":[");
    int32_t rc = ol_db_device_each(db, p, &(struct ol_db_device_filter){.limit = -1},
                                   device_row, &list);
    printf("]}\n");
    return rc == OL_OK ? OL_EXIT_OK : database_failed();
}
