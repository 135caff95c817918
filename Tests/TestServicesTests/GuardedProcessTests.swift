import Foundation
import TestServices
import Testing

@Suite struct `A guarded program` {
    /// Starts a shell command and waits for what it prints.
    private func started(_ script: String, in folder: URL, printing count: Int) throws -> (GuardedProcess, [String]) {
        let log = folder.appendingPathComponent("log").path
        let process = try GuardedProcess(
            ["sh", "-c", script, "sh", "two words"], in: folder.path,
            environment: ["PATH": "/usr/bin:/bin", "NAME": "value"],
            log: log)
        var lines: [String] = []
        try eventually("its lines") {
            lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
            return lines.count >= count
        }
        return (process, lines)
    }

    @Test func `has its arguments, directory, environment and log`() throws {
        try withFolder { folder in
            let (process, lines) = try started("echo \"$1\"; pwd; echo $NAME; cat; exit 7", in: folder, printing: 3)
            #expect(lines == ["two words", folder.path, "value"])
            try eventually("its end") { process.exitStatus != nil }
            #expect(process.exitStatus == 7)
            process.stop()
            #expect(process.exitStatus == 7)
        }
    }

    @Test func `ends with everything that it started`() throws {
        try withFolder { folder in
            let (process, lines) = try started("sleep 600 & echo $!; echo $$; wait", in: folder, printing: 2)
            let processes = lines.compactMap { Int32($0) }
            #expect(process.exitStatus == nil)
            #expect(processes.count == 2 && !isGone(processes[0]) && !isGone(processes[1]))
            process.stop()
            for number in processes { try eventually("the end of \(number)") { isGone(number) } }
        }
    }

    @Test func `is killed when it does not end as it is asked to`() throws {
        try withFolder { folder in
            let (process, lines) = try started(
                "trap '' TERM; echo $$; while :; do sleep 1; done", in: folder, printing: 1)
            process.stop()
            let number = try #require(lines.first.flatMap { Int32($0) })
            try eventually("its end") { isGone(number) }
        }
    }

    @Test func `that is nowhere is told by its exit code, and a directory that is nowhere at once`() throws {
        try withFolder { folder in
            let log = folder.appendingPathComponent("log").path
            let process = try GuardedProcess(["no-such-program"], in: folder.path, environment: [:], log: log)
            try eventually("its end") { process.exitStatus != nil }
            #expect(process.exitStatus == 127)
            process.stop()
            #expect(throws: GuardedProcess.StartFailure.self) {
                try GuardedProcess(["true"], in: folder.path + "/nowhere", environment: [:], log: log)
            }
        }
    }
}
