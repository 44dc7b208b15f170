/* Makes fsync and fdatasync take at least FLUSH_US microseconds, one at a time as on one disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

static int slowed(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *text = getenv("FLUSH_US");
    long us = text ? atol(text) : 0;
    struct timespec begun, now;
    pthread_mutex_lock(&disk);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    int result = real(fd);
    clock_gettime(CLOCK_MONOTONIC, &now);
    long left = us - ((now.tv_sec - begun.tv_sec) * 1000000L + (now.tv_nsec - begun.tv_nsec) / 1000);
    if (left > 0)
        usleep((useconds_t)left);
    pthread_mutex_unlock(&disk);
    return result;
}

int fsync(int fd) { return slowed("fsync", fd); }
int fdatasync(int fd) { return slowed("fdatasync", fd); }
