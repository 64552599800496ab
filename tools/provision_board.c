/* SPDX-License-Identifier: MIT */
#include "tools/provision_board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tools/secret.h"

#define GREET_EVERY_MS 1000
#define ESC            '\x1B'

static unsigned long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long)t.tv_sec * 1000 + (unsigned long)t.tv_nsec / 1000000;
}

/* --- port --------------------------------------------------------------------------- */

static int open_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* Bytes as they are, nobody else at the port. USB does not care for the speed, a UART does. */
static bool set_raw(int fd)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0) {
        return false;
    }
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= ~(tcflag_t)HUPCL;
    cfsetispeed(&t, B115200);
    cfsetospeed(&t, B115200);
    return tcsetattr(fd, TCSANOW, &t) == 0 && ioctl(fd, TIOCEXCL) == 0;
}

static int open_port(const char *path)
{
    struct stat s;
    if (stat(path, &s) != 0) {
        return -1;
    }
    if (S_ISSOCK(s.st_mode)) {
        return open_socket(path);
    }
    if (!S_ISCHR(s.st_mode)) {
        errno = ENOTTY;
        return -1;
    }
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && !set_raw(fd)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

bool cli_board_open(struct cli_board *b, const char *path, char *why, size_t cap)
{
    memset(b, 0, sizeof(*b));
    b->fd = open_port(path);
    if (b->fd < 0) {
        snprintf(why, cap, "%s: %s", path, strerror(errno));
        return false;
    }
    fcntl(b->fd, F_SETFL, fcntl(b->fd, F_GETFL) | O_NONBLOCK);
    return true;
}

void cli_board_close(struct cli_board *b)
{
    if (b->fd >= 0) {
        close(b->fd);
    }
    cli_secret_wipe(b, sizeof(*b));
    b->fd = -1;
}

/* --- lines -------------------------------------------------------------------------- */

/* "12.345 text": a line of the log, which is no answer. */
static bool is_log(const char *line, size_t len)
{
    size_t i = 0;
    while (i < len && line[i] >= '0' && line[i] <= '9') {
        i++;
    }
    return i > 0 && i + 4 < len && line[i] == '.' && line[i + 4] == ' ';
}

static void end_line(struct cli_board *b)
{
    size_t skip = b->line_len >= 2 && memcmp(b->line, "> ", 2) == 0 ? 2 : 0;
    size_t len = b->line_len - skip;
    if (!is_log(b->line + skip, len) && b->answer_len + len + 1 <= CLI_BOARD_ANSWER_MAX) {
        memcpy(b->answer + b->answer_len, b->line + skip, len);
        b->answer_len += len;
        b->answer[b->answer_len++] = '\n';
        b->answer[b->answer_len] = '\0';
    }
    b->line_len = 0;
}

/* What a terminal would show, line by line. */
static void take_byte(struct cli_board *b, char c)
{
    if (b->escape > 0) {
        b->escape = b->escape == 1 && c == '[' ? 2 : b->escape == 2 && c < '@' ? 2 : 0;
        return;
    }
    bool was_cr = b->is_cr;
    b->is_cr = c == '\r';
    if (c == '\n') {
        end_line(b);
    } else if (c == ESC) {
        b->escape = 1;
        b->line_len = was_cr ? 0 : b->line_len;
    } else if (c != '\r') {
        b->line_len = was_cr ? 0 : b->line_len; /* drawn anew from its begin */
        if ((unsigned char)c >= ' ' && b->line_len < CLI_BOARD_LINE_MAX) {
            b->line[b->line_len++] = c;
        }
    }
}

/* Reads what comes within wait_ms. */
static enum cli_board_result take(struct cli_board *b, unsigned wait_ms)
{
    char bytes[512];
    struct pollfd p = {.fd = b->fd, .events = POLLIN};
    if (poll(&p, 1, (int)wait_ms) == 0) {
        return CLI_BOARD_SILENT;
    }
    ssize_t n = read(b->fd, bytes, sizeof(bytes));
    if (n < 0 && (errno == EAGAIN || errno == EINTR) && !(p.revents & POLLHUP)) {
        return CLI_BOARD_SILENT;
    }
    for (ssize_t i = 0; i < n; i++) {
        take_byte(b, bytes[i]);
    }
    return n > 0 ? CLI_BOARD_OK : CLI_BOARD_GONE;
}

static bool send_all(struct cli_board *b, const char *text, size_t len)
{
    while (len > 0) {
        struct pollfd p = {.fd = b->fd, .events = POLLOUT};
        ssize_t n = poll(&p, 1, 5000) > 0 ? write(b->fd, text, len) : -1;
        if (n <= 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* --- commands ----------------------------------------------------------------------- */

/* "help mark-7" is answered "! mark-7: no such setting", in whatever language. */
static bool send_mark(struct cli_board *b, char *mark, size_t cap)
{
    char text[40];
    b->marks++;
    snprintf(mark, cap, "\n! mark-%u", b->marks);
    int len = snprintf(text, sizeof(text), "help mark-%u\r", b->marks);
    return send_all(b, text, (size_t)len);
}

/* The first refusal before the mark. */
static bool find_refusal(const struct cli_board *b, const char *mark, char *why,
                         size_t cap)
{
    const char *at = strstr(b->answer, "\n! ");
    if (!at || strncmp(at, mark, strlen(mark)) == 0) {
        return false;
    }
    at += 3;
    snprintf(why, cap, "%.*s", (int)strcspn(at, "\n"), at);
    return true;
}

static enum cli_board_result await_mark(struct cli_board *b, const char *mark,
                                        unsigned timeout_ms)
{
    unsigned long end = now_ms() + timeout_ms;
    while (!strstr(b->answer, mark)) {
        unsigned long now = now_ms();
        if (now >= end) {
            return CLI_BOARD_SILENT;
        }
        if (take(b, (unsigned)(end - now)) == CLI_BOARD_GONE) {
            return CLI_BOARD_GONE;
        }
    }
    return CLI_BOARD_OK;
}

static void begin_answer(struct cli_board *b)
{
    strcpy(b->answer, "\n");
    b->answer_len = 1;
}

enum cli_board_result cli_board_greet(struct cli_board *b, unsigned timeout_ms, char *why,
                                      size_t cap)
{
    unsigned long end = now_ms() + timeout_ms;
    enum cli_board_result result = CLI_BOARD_SILENT;
    while (result == CLI_BOARD_SILENT && now_ms() < end) {
        char mark[32];
        begin_answer(b);
        result = send_all(b, "\x03\r", 2) && send_mark(b, mark, sizeof(mark))
                     ? await_mark(b, mark, GREET_EVERY_MS)
                     : CLI_BOARD_GONE;
    }
    if (result == CLI_BOARD_SILENT) {
        snprintf(why, cap, "no onelink console answers");
    } else if (result == CLI_BOARD_GONE) {
        snprintf(why, cap, "the board was unplugged");
    }
    return result;
}

enum cli_board_result cli_board_command(struct cli_board *b, const char *line,
                                        struct ol_str rest, unsigned timeout_ms,
                                        char *why, size_t cap)
{
    char mark[32];
    begin_answer(b);
    if (!send_all(b, line, strlen(line)) || !send_all(b, rest.ptr, rest.len) ||
        !send_all(b, "\r", 1) || !send_mark(b, mark, sizeof(mark))) {
        snprintf(why, cap, "the board was unplugged");
        return CLI_BOARD_GONE;
    }
    enum cli_board_result result = await_mark(b, mark, timeout_ms);
    if (result == CLI_BOARD_SILENT) {
        snprintf(why, cap, "the board does not answer");
    } else if (result == CLI_BOARD_GONE) {
        snprintf(why, cap, "the board was unplugged");
    } else if (find_refusal(b, mark, why, cap)) {
        result = CLI_BOARD_REFUSED;
    }
    return result;
}

bool cli_board_is_gone(struct cli_board *b, unsigned wait_ms)
{
    begin_answer(b);
    unsigned long end = now_ms() + wait_ms;
    for (unsigned long now = now_ms(); now < end; now = now_ms()) {
        if (take(b, (unsigned)(end - now)) == CLI_BOARD_GONE) {
            return true;
        }
        begin_answer(b);
    }
    return false;
}

bool cli_board_find(const struct cli_board *b, struct ol_str key, struct ol_str *value)
{
    for (const char *at = b->answer; (at = strchr(at, '\n')) != NULL && at[1] != '\0';) {
        at++;
        if (strncmp(at, key.ptr, key.len) == 0 && strncmp(at + key.len, " = ", 3) == 0) {
            at += key.len + 3;
            *value = ol_str_make(at, strcspn(at, "\n"));
            return true;
        }
    }
    return false;
}
