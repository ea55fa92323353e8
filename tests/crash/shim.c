/* Stands between a program and the system's files: it writes down, in order, what is done to the files of one folder,
 * so that a test can tell what a power cut would have left of them; and it lets chosen ones fail, as a full or broken
 * disk does. Loaded with LD_PRELOAD (Linux) into programs that a test starts, and into nothing else.
 *
 * TIEOUT_SHIM_FOLDER  the folder whose files are watched
 * TIEOUT_SHIM_LOG     where to write down what happened; nothing is written if it is not set
 *
 * A fault is chosen by opening a file that does not exist, so that one process can try many:
 *   /tieout-shim/arm/<errno>/<n>/<once|on>   the n-th change from now on fails with that errno, alone or with all after
 *   /tieout-shim/disarm                      nothing fails any more; ENOENT if nothing had failed, else EEXIST
 * or by TIEOUT_SHIM_ARM=<errno>/<n>/<once|on> for a program that knows nothing of this.
 *
 * One lock is held over each change and its record, so that the record has one order and it is the true one. A sync is
 * written down when it has returned: from then on, and not before, what it covers is safe.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What stands before each record: `length` bytes of content follow. Little endian, as every machine here. */
struct record {
    char kind; /* c create, u unlink, r rename, w write, t truncate, s sync, d sync of the folder, m map, a said */
    char unused[3];
    uint32_t length;
    uint64_t inode;
    uint64_t offset;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length;
static int log_file = -1;
static int fault_errno, fault_goes_on, fault_struck;
static long fault_in; /* changes until the fault; 0 if none is set */
/* A full disk: no byte can be written before the file of that name is gone, and a new one never finds room. */
static int disk_is_full, reserve_is_gone;
static const char reserve[] = "reserve";

static int (*real_open)(const char *, int, ...);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);

static void arm(const char *words) {
    char how[8] = "";
    fault_struck = 0;
    reserve_is_gone = 0;
    disk_is_full = strcmp(words, "full") == 0;
    if (sscanf(words, "%d/%ld/%7s", &fault_errno, &fault_in, how) < 2) fault_in = 0;
    fault_goes_on = strcmp(how, "on") == 0;
}

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_mmap = dlsym(RTLD_NEXT, "mmap64");
    const char *watched = getenv("TIEOUT_SHIM_FOLDER");
    if (watched != NULL && realpath(watched, folder) != NULL) folder_length = strlen(folder);
    const char *log = getenv("TIEOUT_SHIM_LOG");
    if (log != NULL) log_file = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *words = getenv("TIEOUT_SHIM_ARM");
    if (words != NULL) arm(words);
}

/* The part of a path below the folder; NULL if it is elsewhere. */
static const char *below(const char *path) {
    if (folder_length == 0 || path == NULL || strncmp(path, folder, folder_length) != 0) return NULL;
    if (path[folder_length] == '\0') return "";
    return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

/* The same of an open file. */
static const char *below_of(int file, char path[PATH_MAX]) {
    if (folder_length == 0) return NULL;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return NULL;
    path[length] = '\0';
    return below(path);
}

static uint64_t inode_of(int file) {
    struct stat found;
    return fstat(file, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

static void put(char kind, uint64_t inode, uint64_t offset, const void *content, size_t length) {
    if (log_file < 0) return;
    struct record record = {kind, {0}, (uint32_t)length, inode, offset};
    struct iovec parts[2] = {{&record, sizeof record}, {(void *)content, length}};
    if (syscall(SYS_writev, log_file, parts, length > 0 ? 2 : 1) != (long)(sizeof record + length)) abort();
}

/* Whether this change fails now. */
static int fails(void) {
    if (fault_in > 0) {
        if (--fault_in > 0) return 0;
        if (fault_goes_on) fault_in = 1;
        fault_struck = 1;
        errno = fault_errno;
        return 1;
    }
    return 0;
}

static int is_reserve(const char *name) {
    const char *last = strrchr(name, '/');
    return strcmp(last == NULL ? name : last + 1, reserve) == 0;
}

/* Whether a full disk has no room for what is written to this file. */
static int lacks_room(const char *name) {
    if (!disk_is_full || (reserve_is_gone && !is_reserve(name))) return 0;
    fault_struck = 1;
    errno = ENOSPC;
    return 1;
}

static int command(const char *path) {
    if (strncmp(path, "arm/", 4) == 0) {
        arm(path + 4);
        errno = ENOENT;
    } else {
        errno = fault_struck ? EEXIST : ENOENT;
        fault_in = 0;
        disk_is_full = 0;
    }
    return -1;
}

static int opened(int from, const char *path, int flags, mode_t mode) {
    static const char commands[] = "/tieout-shim/";
    if (path != NULL && strncmp(path, commands, sizeof commands - 1) == 0) {
        pthread_mutex_lock(&lock);
        int file = command(path + sizeof commands - 1);
        pthread_mutex_unlock(&lock);
        return file;
    }
    const char *name = below(path);
    if (name == NULL || (flags & O_ACCMODE) == O_RDONLY) return (int)syscall(SYS_openat, from, path, flags, mode);
    pthread_mutex_lock(&lock);
    int file = -1;
    if (!fails()) {
        int is_new = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
        file = (int)syscall(SYS_openat, from, path, flags, mode);
        if (file >= 0 && is_new) put('c', inode_of(file), 0, name, strlen(name));
        if (file >= 0 && !is_new && (flags & O_TRUNC) != 0) put('t', inode_of(file), 0, NULL, 0);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return file;
}

static mode_t mode_in(int flags, va_list rest) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(rest, int) : 0;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = mode_in(flags, rest);                                                                            \
        va_end(rest);                                                                                                  \
        return opened(AT_FDCWD, path, flags, mode);                                                                    \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int from, const char *path, int flags, ...) {                                                             \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = mode_in(flags, rest);                                                                            \
        va_end(rest);                                                                                                  \
        return opened(from, path, flags, mode);                                                                        \
    }
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    char path[PATH_MAX];
    const char *name = below_of(file, path);
    if (name == NULL) return real_pwrite(file, bytes, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t written = -1;
    if (!lacks_room(name) && !fails()) {
        written = real_pwrite(file, bytes, length, offset);
        if (written > 0) put('w', inode_of(file), (uint64_t)offset, bytes, (size_t)written);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    return pwrite64(file, bytes, length, offset);
}

ssize_t write(int file, const void *bytes, size_t length) {
    char path[PATH_MAX];
    int is_said = file == 1 && log_file >= 0;
    const char *name = is_said || file <= 2 ? NULL : below_of(file, path);
    if (!is_said && name == NULL) return real_write(file, bytes, length);
    pthread_mutex_lock(&lock);
    ssize_t written = -1;
    if (is_said) {
        put('a', 0, 0, bytes, length);
        written = real_write(file, bytes, length);
    } else if (!lacks_room(name) && !fails()) {
        off_t offset = (fcntl(file, F_GETFL) & O_APPEND) != 0 ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
        written = real_write(file, bytes, length);
        if (written > 0) put('w', inode_of(file), (uint64_t)offset, bytes, (size_t)written);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

/* Nothing here writes in these ways today. If something begins to, its record would have holes: better to stop. */
static ssize_t unwatched(int file, const char *what) {
    char path[PATH_MAX];
    if (below_of(file, path) == NULL) return 0;
    dprintf(2, "the shim does not watch %s\n", what);
    abort();
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    unwatched(file, "writev");
    return syscall(SYS_writev, file, parts, count);
}
int posix_fallocate64(int file, off64_t from, off64_t length) {
    unwatched(file, "posix_fallocate");
    return (int)syscall(SYS_fallocate, file, 0, from, length) == 0 ? 0 : errno;
}
int posix_fallocate(int file, off_t from, off_t length) { return posix_fallocate64(file, from, length); }
int fallocate64(int file, int mode, off64_t from, off64_t length) {
    unwatched(file, "fallocate");
    return (int)syscall(SYS_fallocate, file, mode, from, length);
}
int fallocate(int file, int mode, off_t from, off_t length) { return fallocate64(file, mode, from, length); }

int ftruncate64(int file, off64_t size) {
    char path[PATH_MAX];
    if (below_of(file, path) == NULL) return real_ftruncate(file, size);
    pthread_mutex_lock(&lock);
    int done = -1;
    if (!fails()) {
        done = real_ftruncate(file, size);
        if (done == 0) put('t', inode_of(file), (uint64_t)size, NULL, 0);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

static int synced(int file, int (*sync)(int)) {
    char path[PATH_MAX];
    const char *name = below_of(file, path);
    if (name == NULL) return sync(file);
    pthread_mutex_lock(&lock);
    int done = -1;
    if (!fails()) {
        done = sync(file);
        if (done == 0) put(name[0] == '\0' ? 'd' : 's', inode_of(file), 0, NULL, 0);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int fsync(int file) { return synced(file, real_fsync); }
int fdatasync(int file) { return synced(file, real_fdatasync); }

int unlink(const char *path) {
    const char *name = below(path);
    if (name == NULL) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int done = -1;
    if (!fails()) {
        done = real_unlink(path);
        if (done == 0 && is_reserve(name)) reserve_is_gone = 1;
        if (done == 0) put('u', 0, 0, name, strlen(name));
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

int rename(const char *from, const char *to) {
    const char *old = below(from), *new = below(to);
    if (old == NULL || new == NULL) return real_rename(from, to);
    pthread_mutex_lock(&lock);
    int done = -1;
    if (!fails()) {
        char names[2 * PATH_MAX];
        int length = snprintf(names, sizeof names, "%s\n%s", old, new);
        done = real_rename(from, to);
        if (done == 0) put('r', 0, 0, names, (size_t)length);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

/* A file that is written through memory can't be watched. SQLite does that with its -shm alone, which it makes anew
 * from the log after a crash; the record says which files were mapped, and the test allows no other. */
void *mmap64(void *at, size_t length, int protection, int flags, int file, off64_t offset) {
    char path[PATH_MAX];
    void *mapped = real_mmap(at, length, protection, flags, file, offset);
    if (file >= 0 && (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0 && folder_length > 0) {
        const char *name = below_of(file, path);
        if (name != NULL) {
            pthread_mutex_lock(&lock);
            put('m', inode_of(file), 0, name, strlen(name));
            pthread_mutex_unlock(&lock);
        }
    }
    return mapped;
}
void *mmap(void *at, size_t length, int protection, int flags, int file, off_t offset) {
    return mmap64(at, length, protection, flags, file, offset);
}
