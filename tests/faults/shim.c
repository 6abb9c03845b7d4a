/* Counts the mutating system calls that a program makes below FAULT_HOME, over all its processes, and at number
 * FAULT_AT does FAULT_KIND: `kill` ends the process there, `stop` holds it still before the call, a number is the
 * errno that the call fails with.
 * With FAULT_STAY set, every call from that number on fails, as on a disk that stays full; FAULT_ONLY names the one
 * call that counts (`fsync`, or `read`, which counts only when it is named).
 * FAULT_TRACE names a file that is told of each call, in their order: its name and the path.
 * With FAULT_NOSYNC set, fsync and fdatasync do nothing: a broken build on which a power-cut test must fail.
 * Preloaded by tests/faults/sweep.py; the count lies in the file FAULT_COUNTER, eight bytes, shared;
 * without one each process counts for itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static _Atomic uint64_t *counter;
static uint64_t fault_at;
static int fault_errno, fault_signal;
static int no_sync;
static int stay;
static const char *only;
static int trace = -1;
static char home[4096];
static size_t home_length;

/* Also called by a program that was loaded before it was told what is to fail: see `Loaded` in sweep.py. */
__attribute__((constructor)) void fault_begin(void) {
    no_sync = getenv("FAULT_NOSYNC") != NULL;
    stay = getenv("FAULT_STAY") != NULL;
    only = getenv("FAULT_ONLY");
    const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    const char *where = getenv("FAULT_HOME"), *file = getenv("FAULT_COUNTER");
    const char *told = getenv("FAULT_TRACE");
    if (!at || !kind || !where) return;
    if (told) trace = syscall(SYS_openat, AT_FDCWD, told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int fd = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0) : -1;
    if (file && fd < 0) return;
    void *page = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED | (file ? 0 : MAP_ANONYMOUS), fd, 0);
    if (file) syscall(SYS_close, fd);
    if (page == MAP_FAILED) return;
    fault_at = strtoull(at, NULL, 10);
    fault_signal = !strcmp(kind, "kill") ? SIGKILL : !strcmp(kind, "stop") ? SIGSTOP : 0;
    fault_errno = fault_signal ? 0 : atoi(kind);
    strncpy(home, where, sizeof home - 1);
    home_length = strlen(home);
    counter = page;
}

static int below(const char *path) {
    return strncmp(path, home, home_length) == 0 && (path[home_length] == '/' || path[home_length] == 0);
}

/* The path of an open file into `path`; its length, 0 where it has none. */
static ssize_t path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4095);
    path[length > 0 ? length : 0] = 0;
    return length > 0 ? length : 0;
}

static int fd_below(int fd) {
    char path[4096];
    return path_of(fd, path) && below(path);
}

static int path_below(int dir, const char *path) {
    if (!path) return 0;
    return path[0] == '/' || dir == AT_FDCWD ? below(path) : fd_below(dir);
}

static void tell(const char *name, int fd, const char *path) {
    char own[4096], line[4200];
    if (!path) { path_of(fd, own); path = own; }
    int length = snprintf(line, sizeof line, "%s %s\n", name, path);
    syscall(SYS_write, trace, line, (size_t)length);
}

/* 1 where this call is to fail (errno is set); does not return where the process is to end or to stand still. */
static int struck(const char *name, int fd, const char *path) {
    if (trace >= 0) tell(name, fd, path);
    if (only && strcmp(only, name)) return 0;
    uint64_t number = atomic_fetch_add(counter, 1) + 1;
    if (!fault_at || number < fault_at || (number > fault_at && !stay)) return 0;
    char line[128];
    int length = snprintf(line, sizeof line, "fault %llu at %s\n", (unsigned long long)number, name);
    syscall(SYS_write, 2, line, (size_t)length);
    if (fault_signal) {
        syscall(SYS_kill, getpid(), fault_signal);
        return 0;
    }
    errno = fault_errno;
    return 1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define ON_FD(fd, name) if (counter && fd_below(fd) && struck(#name, fd, NULL)) return -1
#define ON_PATH(dir, path, name) if (counter && path_below(dir, path) && struck(#name, dir, path)) return -1

ssize_t write(int fd, const void *data, size_t size) { REAL(write); ON_FD(fd, write); return real(fd, data, size); }
ssize_t writev(int fd, const struct iovec *parts, int count) { REAL(writev); ON_FD(fd, writev); return real(fd, parts, count); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { REAL(pwrite); ON_FD(fd, pwrite); return real(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { REAL(pwrite64); ON_FD(fd, pwrite64); return real(fd, data, size, at); }
ssize_t read(int fd, void *data, size_t size) { REAL(read); if (only) { ON_FD(fd, read); } return real(fd, data, size); }
int fsync(int fd) { REAL(fsync); if (no_sync) return 0; ON_FD(fd, fsync); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); if (no_sync) return 0; ON_FD(fd, fdatasync); return real(fd); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); ON_FD(fd, ftruncate); return real(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); ON_FD(fd, ftruncate64); return real(fd, size); }
int fchmod(int fd, mode_t mode) { REAL(fchmod); ON_FD(fd, fchmod); return real(fd, mode); }
int chmod(const char *path, mode_t mode) { REAL(chmod); ON_PATH(AT_FDCWD, path, chmod); return real(path, mode); }
int fchmodat(int dir, const char *path, mode_t mode, int flags) { REAL(fchmodat); ON_PATH(dir, path, fchmodat); return real(dir, path, mode, flags); }
int rename(const char *from, const char *to) { REAL(rename); ON_PATH(AT_FDCWD, from, rename); int done = real(from, to); if (trace >= 0) tell("named", -1, to); return done; }
int renameat(int from_dir, const char *from, int to_dir, const char *to) { REAL(renameat); ON_PATH(from_dir, from, renameat); return real(from_dir, from, to_dir, to); }
int link(const char *from, const char *to) { REAL(link); ON_PATH(AT_FDCWD, to, link); return real(from, to); }
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) { REAL(linkat); ON_PATH(to_dir, to, linkat); return real(from_dir, from, to_dir, to, flags); }
int unlink(const char *path) { REAL(unlink); ON_PATH(AT_FDCWD, path, unlink); return real(path); }
int unlinkat(int dir, const char *path, int flags) { REAL(unlinkat); ON_PATH(dir, path, unlinkat); return real(dir, path, flags); }
int rmdir(const char *path) { REAL(rmdir); ON_PATH(AT_FDCWD, path, rmdir); return real(path); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); ON_PATH(AT_FDCWD, path, mkdir); return real(path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { REAL(mkdirat); ON_PATH(dir, path, mkdirat); return real(dir, path, mode); }

#define OPENING(name, dir, call) \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
    if (flags & (O_CREAT | O_TRUNC)) ON_PATH(dir, path, name); \
    return call
int open(const char *path, int flags, ...) { OPENING(open, AT_FDCWD, real(path, flags, mode)); }
int open64(const char *path, int flags, ...) { OPENING(open64, AT_FDCWD, real(path, flags, mode)); }
int openat(int dir, const char *path, int flags, ...) { OPENING(openat, dir, real(dir, path, flags, mode)); }
int openat64(int dir, const char *path, int flags, ...) { OPENING(openat64, dir, real(dir, path, flags, mode)); }
