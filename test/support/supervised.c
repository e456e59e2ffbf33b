/*
 * Runs a command whose calls a filter asks us about (seccomp(2), SECCOMP_RET_USER_NOTIF).
 *
 * supervised interrupt PART COMMAND ARG…: each of its calls on a descriptor of something with PART in its path is interrupted once (EINTR) before it
 * is made, as a signal can do on FUSE and NFS; on ext4 and tmpfs none does.
 * supervised refuse TYPE COMMAND ARG…: each mount(2) of this type of file system is refused (EACCES), as a security module can do.
 *
 * `answered: N` on descriptor 9 at the end says how often.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const int CALLS[] = {SYS_read, SYS_write, SYS_openat, SYS_getdents64, SYS_statx, SYS_copy_file_range, SYS_mkdirat, SYS_mknodat,
                            SYS_linkat, SYS_readlinkat, SYS_ftruncate, SYS_utimensat, SYS_fchmod, SYS_unlinkat, SYS_mount};
enum { COUNT = sizeof CALLS / sizeof *CALLS };

static void fail(const char *what) {
  perror(what);
  exit(99);
}

static int listener(void) {
  struct sock_filter rules[COUNT + 3];
  rules[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int at = 0; at < COUNT; at++)
    rules[at + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[at], COUNT - at, 0);
  rules[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  rules[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  struct sock_fprog program = {COUNT + 3, rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail("prctl");
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* The call that was interrupted last, of each thread: it is made when it comes again. Who tries again need not have the same buffer. */
static struct { unsigned thread; int call; unsigned long long descriptor; } last[4096];

static int first_time(const struct seccomp_notif *asked) {
  unsigned slot = asked->pid % 4096;
  if (last[slot].thread == asked->pid && last[slot].call == asked->data.nr && last[slot].descriptor == asked->data.args[0]) {
    last[slot].thread = 0;
    return 0;
  }
  last[slot].thread = asked->pid;
  last[slot].call = asked->data.nr;
  last[slot].descriptor = asked->data.args[0];
  return 1;
}

static int is_mount_of(const struct seccomp_notif *asked, const char *type) {
  char memory[64], named[32] = "";
  if (asked->data.nr != SYS_mount) return 0;
  snprintf(memory, sizeof memory, "/proc/%u/mem", asked->pid);
  int fd = open(memory, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(memory);
  /* A mount without a type has no text there. */
  pread(fd, named, sizeof named - 1, asked->data.args[2]);
  close(fd);
  return strcmp(named, type) == 0;
}

static int is_meant(const struct seccomp_notif *asked, const char *part) {
  char link[64], path[4096];
  if (asked->data.nr == SYS_mount) return 0;
  snprintf(link, sizeof link, "/proc/%u/fd/%d", asked->pid, (int)asked->data.args[0]);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  /* What begins with it is what a sandbox sees. */
  return strstr(path + 1, part) != NULL;
}

int main(int count, char **words) {
  if (count < 4) return 2;
  int refuses = !strcmp(words[1], "refuse");
  int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  *shared = -2;
  /* Its descriptors are ours until it executes: so the listener needs not be sent. */
  pid_t child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (child < 0) fail("clone");
  if (child == 0) {
    *shared = listener();
    /* We have it under another number before it is closed here by exec. */
    while (*shared != -3) sched_yield();
    execvp(words[3], words + 3);
    _exit(98);
  }
  while (*shared == -2) sched_yield();
  if (*shared < 0) return 97;
  int asks = fcntl(*shared, F_DUPFD_CLOEXEC, 10);
  /* A table of our own: exec in the child closes in its own. */
  if (unshare(CLONE_FILES) < 0) fail("unshare");
  *shared = -3;
  int answered = 0;
  for (;;) {
    struct pollfd waiting = {asks, POLLIN, 0};
    poll(&waiting, 1, -1);
    if ((waiting.revents & POLLIN) == 0) break; /* nobody is under the filter any more */
    struct seccomp_notif asked;
    memset(&asked, 0, sizeof asked);
    if (ioctl(asks, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) continue;
    struct seccomp_notif_resp answer = {asked.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    if (refuses ? is_mount_of(&asked, words[2]) : is_meant(&asked, words[2]) && first_time(&asked)) {
      answer = (struct seccomp_notif_resp){asked.id, 0, refuses ? -EACCES : -EINTR, 0};
      answered += 1;
    }
    ioctl(asks, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
  int status;
  waitpid(child, &status, 0);
  dprintf(9, "answered: %d\n", answered);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 96;
}
