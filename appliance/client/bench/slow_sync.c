/* LD_PRELOAD: every fsync and fdatasync takes SLOW_SYNC_MS longer, as on a memory card. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int slowly(const char *name, int descriptor)
{
    const char *delay = getenv("SLOW_SYNC_MS");
    long long ns = delay ? (long long)(atof(delay) * 1e6) : 0;
    struct timespec left = {ns / 1000000000, ns % 1000000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(descriptor);
}

int fsync(int descriptor) { return slowly("fsync", descriptor); }
int fdatasync(int descriptor) { return slowly("fdatasync", descriptor); }
