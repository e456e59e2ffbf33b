/*
 * What the kernel answers to calls that a build may or may not make: one `call=answer` line each, `ok` or the error's name. Written to
 * the file of the first argument, else to stdout. Static, so that it runs as a builder without anything else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
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

int main(int argc, char **argv)
{
	char value[64];
	struct rlimit core;
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
	answer("unshare:user", syscall(SYS_unshare, 0x10000000));
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
