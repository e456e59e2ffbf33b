/*
 * What the kernel answers to calls that a build may or may not make: one `call=answer` line each, `ok` or the error's name. Written to
 * the file of the first argument, else to stdout. Static, so that it runs as a builder without anything else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static FILE *out;

static void answer(const char *call, long result)
{
	const char *name = result >= 0 ? "ok" : strerrorname_np(errno);
	/* Whether a file system has such attributes is the machine's matter: both mean that the call was let through. */
	if (result < 0 && errno == ENODATA)
		name = "ok";
	fprintf(out, "%s=%s\n", call, name);
}

/* In a child: it would change the process. */
static int unshared(int flags)
{
	int status, child = fork();

	if (child == 0)
		_exit(unshare(flags) < 0 ? errno : 0);
	waitpid(child, &status, 0);
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

/* A signal to the process group that is ignored by default. */
static int to_group(void)
{
	return kill(0, SIGURG);
}

static void process_state(void)
{
	int signal, ignored = 0, blocked = 0;
	struct sigaction action;
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (signal = 1; signal < NSIG; signal++) {
		ignored += sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
		blocked += sigismember(&mask, signal) == 1;
	}
	fprintf(out, "signals=%d ignored, %d blocked\n", ignored, blocked);
	fprintf(out, "personality=%x\n", personality(0xffffffff));
	fprintf(out, "securebits=%x\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	fprintf(out, "dumpable=%d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	fprintf(out, "subreaper=%d\n", ({ int is = -1; prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0); is; }));
}

int main(int argc, char **argv)
{
	char value[64];
	struct rlimit core;
	struct stat root;
	/* The name of a socket that test/oracle/calls.ts may listen on, in the machine's network namespace. */
	struct sockaddr_un abstract = { AF_UNIX, "\0nix-build-shell-oracle" };
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen("?nix-build-shell-oracle");
	int file = open("probed", O_CREAT | O_RDWR, 0644);
	int connected, link = symlink("probed", "probed-link");

	out = argc > 1 ? fopen(argv[1], "w") : stdout;
	if (out == NULL || file < 0 || link < 0)
		return 2;
	answer("setxattr", setxattr("probed", "user.a", "1", 1, 0));
	answer("lsetxattr", lsetxattr("probed", "user.a", "1", 1, 0));
	answer("fsetxattr", fsetxattr(file, "user.a", "1", 1, 0));
	answer("getxattr", getxattr("probed", "user.a", value, sizeof value));
	answer("lgetxattr", lgetxattr("probed", "user.a", value, sizeof value));
	answer("fgetxattr", fgetxattr(file, "user.a", value, sizeof value));
	answer("listxattr", listxattr("probed", value, sizeof value));
	answer("removexattr", removexattr("probed", "user.a"));
	answer("chmod:setuid", chmod("probed", 04755));
	answer("fchmod:setgid", fchmod(file, 02755));
	answer("fchmodat:setuid", fchmodat(AT_FDCWD, "probed", 04755, 0));
	answer("fchmodat2:setuid", syscall(452, AT_FDCWD, "probed", 04755, 0));
	answer("chmod", chmod("probed", 0755));
	answer("mkdir:setgid", mkdir("probed-directory", 02755));
	answer("mknod:socket", mknod("probed-socket", S_IFSOCK | 0644, 0));
	answer("add_key", syscall(SYS_add_key, "user", "probed", "x", 1, -1));
	answer("request_key", syscall(SYS_request_key, "user", "probed", NULL, 0));
	answer("keyctl", syscall(SYS_keyctl, 0, -3, 0));
	answer("ioctl:TIOCSTI", ioctl(0, TIOCSTI, "x"));
	answer("ioctl:TIOCLINUX", ioctl(0, TIOCLINUX, "\2"));
	answer("kill:group", to_group());
	answer("socket:netlink", socket(AF_NETLINK, SOCK_RAW, 0));
	answer("socket:raw", socket(AF_INET, SOCK_RAW, 1));
	/* To the mode that it has. */
	stat("/", &root);
	answer("chmod:root", chmod("/", root.st_mode & 07777));
	answer("unshare:network", unshared(CLONE_NEWUSER | CLONE_NEWNET));
	answer("unshare:mounts", unshared(CLONE_NEWUSER | CLONE_NEWNS));
	answer("unshare:processes", unshared(CLONE_NEWUSER | CLONE_NEWPID));
	answer("unshare:cgroup", unshared(CLONE_NEWUSER | CLONE_NEWCGROUP));
	answer("unshare:user", unshared(CLONE_NEWUSER));
	process_state();
	/* Some versions of libuv, which listens, take all of the array for the name. */
	connected = connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&abstract, length);
	if (connected < 0 && errno == ECONNREFUSED)
		connected = connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&abstract, sizeof abstract);
	answer("connect:abstract", connected);
	fprintf(out, "no-new-privs=%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	getrlimit(RLIMIT_CORE, &core);
	fprintf(out, "core.hard=%s\n", core.rlim_max == RLIM_INFINITY ? "unlimited" : "limited");
	fclose(out);
	return 1;
}
