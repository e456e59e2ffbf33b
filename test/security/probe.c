/* One question to the kernel, and the answer in a word: `ok…` or the errno's text. Runs inside and outside alike. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int say(long result) {
  puts(result < 0 ? strerror(errno) : "ok");
  return 0;
}

static int tcp(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return say(connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof to));
}

static int unix_socket(const char *path, int abstract) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strcpy(to.sun_path + abstract, path);
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + abstract + strlen(path) + !abstract;
  return say(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&to, size));
}

static int listen_abstract(const char *name) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strcpy(at.sun_path + 1, name);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, (void *)&at, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name)) < 0 || listen(fd, 9) < 0) return say(-1);
  say(0);
  fflush(stdout);
  return sleep(60);
}

/* By the interface for 32-bit programs, which a 64-bit one may use as well; what it points at has to lie low. */
static int socketcall(int family) {
#ifdef __x86_64__
  static int socket_of[] = {0, SOCK_STREAM, 0};
  long result;
  socket_of[0] = family;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(102), "b"(1 /* SYS_SOCKET */), "c"(socket_of) : "memory");
  if (result >= 0) return say(result);
  errno = -result;
#else
  errno = ENOSYS;
#endif
  return say(-1);
}

/* Input for the terminal, as if it had been typed: one letter, and what is selected on a console. */
static int type(void) {
  say(ioctl(0, TIOCSTI, "x"));
  return say(ioctl(0, TIOCLINUX, "\3"));
}

/* As keyrings(7) allows to the same user: link the key ring into one's own, and what is in it can be read. */
static int read_key(int ring, int key) {
  char secret[64] = "";
  if (syscall(SYS_keyctl, 8 /* KEYCTL_LINK */, ring, -2 /* process ring */) < 0) return say(-1);
  long size = syscall(SYS_keyctl, 11 /* KEYCTL_READ */, key, secret, sizeof secret - 1);
  if (size < 0) return say(size);
  printf("ok %s\n", secret);
  return 0;
}

/* A key in the user's ring and one in the session's; then the rest of the words, with the serials of the first and of its ring in the environment. */
static int with_keys(char **argv) {
  char text[32];
  int ring = syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -4 /* user ring */, 1);
  snprintf(text, sizeof text, "%d", ring);
  setenv("USER_RING", text, 1);
  snprintf(text, sizeof text, "%ld", syscall(SYS_add_key, "user", "nbs-test", "secret", 6, -4));
  setenv("USER_KEY", text, 1);
  syscall(SYS_add_key, "user", "nbs-session", "secret", 6, -3 /* session ring */);
  execvp(argv[0], argv);
  return 1;
}

/* A signal to the process group, which may be that of others. It is ignored here. */
static int group(int number) {
  signal(number, SIG_IGN);
  return say(kill(0, number));
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "tcp")) return tcp(atoi(argv[2]));
  if (!strcmp(what, "unix")) return unix_socket(argv[2], 0);
  if (!strcmp(what, "abstract")) return unix_socket(argv[2], 1);
  if (!strcmp(what, "read-key")) return read_key(atoi(argv[2]), atoi(argv[3]));
  if (!strcmp(what, "with-keys")) return with_keys(argv + 2);
  if (!strcmp(what, "find-key")) return say(syscall(SYS_keyctl, 10 /* KEYCTL_SEARCH */, -3, "user", argv[2], 0));
  if (!strcmp(what, "listen")) return listen_abstract(argv[2]);
  if (!strcmp(what, "type")) return type();
  if (!strcmp(what, "group")) return group(atoi(argv[2]));
  if (!strcmp(what, "signal")) return say(kill(atoi(argv[2]), 0));
  if (!strcmp(what, "family")) return say(socket(atoi(argv[2]), SOCK_STREAM, 0));
  if (!strcmp(what, "socketcall")) return socketcall(atoi(argv[2]));
  if (!strcmp(what, "ring")) return say(syscall(425 /* io_uring_setup */, 1, (char[120]){0}));
  if (!strcmp(what, "cgroup-namespace")) return say(unshare(CLONE_NEWUSER | CLONE_NEWCGROUP));
  if (!strcmp(what, "trace")) return say(ptrace(PTRACE_ATTACH, atoi(argv[2]), 0, 0));
  if (!strcmp(what, "write")) {
    int fd = open(argv[2], O_WRONLY);
    return say(fd < 0 ? fd : write(fd, "1", 1));
  }
  return 2;
}
