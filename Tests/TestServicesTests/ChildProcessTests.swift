import Foundation
import Testing

@testable import TestServices

@Suite struct `A program we start` {
    @Test func `gives what it writes, and its exit code`() throws {
        let ending = try ChildProcess.run(["/bin/sh", "-c", "echo one; echo two >&2; exit 3"])
        #expect(ending.output == "one\ntwo\n")
        #expect(ending.status == 3)
    }

    @Test func `reads lines and answers them`() throws {
        let child = try ChildProcess.start(["/bin/sh", "-c", "while read -r line; do echo \"<$line>\"; done; echo end"])
        child.send("a")
        child.send("b c")
        #expect(child.line(within: 60) == "<a>")
        #expect(child.line(within: 60) == "<b c>")
        #expect(child.line(within: 0.01) == nil)
        #expect(child.end(within: 60).output == "end\n")
    }

    @Test func `is killed when it takes too long`() throws {
        let child = try ChildProcess.start(["/bin/sh", "-c", "echo begun; exec sleep 600"])
        let ending = child.end(within: 0.2)
        #expect(ending.output == "begun\n")
        #expect(ending.status == nil)
        #expect(isGone(child.processID))
    }

    @Test func `can be gone when we speak to it`() throws {
        let child = try ChildProcess.start(["/bin/sh", "-c", "exit 0"])
        try eventually("its end") { child.line(within: 1) == nil }
        child.send("hello")
        #expect(child.end(within: 60).status == 0)
    }

    @Test func `inherits no file but its socket`() throws {
        // A free number: one that another test uses would be closed under it.
        let descriptor = fcntl(STDIN_FILENO, F_DUPFD, 200)
        #expect(descriptor >= 200)
        defer { close(descriptor) }
        let ending = try ChildProcess.run(["/bin/sh", "-c", "[ -e /dev/fd/0 ] && [ ! -e /dev/fd/\(descriptor) ]"])
        #expect(ending.status == 0)
    }

    @Test func `begins with no signal ignored`() throws {
        let before = signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, before) }
        let ending = try ChildProcess.run(["/bin/sh", "-c", "kill -s USR2 $$; echo survived"])
        #expect(ending.output == "")
        #expect(ending.status == nil)
    }

    @Test func `that does not exist is named`() {
        let failure = PostgresFailure.notExecutable(program: "/nowhere/x", reason: "No such file or directory")
        #expect(throws: failure) { try ChildProcess.run(["/nowhere/x"]) }
        #expect(failure.description == "/nowhere/x could not be started: No such file or directory.")
    }
}
