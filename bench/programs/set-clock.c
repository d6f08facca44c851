/*
 * Sets the wall clock of one process: preloaded into it, gettimeofday(2) answers so many seconds later as a file says, which
 * holds one 64-bit number in the machine's byte order. The monotonic clock stays as it is. (libfaketime does more, and ends a
 * Redis that is built with jemalloc before it begins.)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static volatile int64_t *offset;

__attribute__((constructor)) static void open_offset(void) {
  const char *path = getenv("CLOCK_OFFSET_FILE");
  int file = path == NULL ? -1 : open(path, O_RDONLY);
  if (file < 0) return;
  void *found = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (found != MAP_FAILED) offset = found;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int failed = syscall(SYS_gettimeofday, time, zone);
  if (failed == 0 && time != NULL && offset != NULL) time->tv_sec += *offset;
  return failed;
}
