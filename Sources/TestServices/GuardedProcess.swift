import Foundation
import Synchronization

/// A program of somebody else's, which ends when this process does, however that ends.
///
/// A shell is its parent and waits for its end. A second one beside it reads from us: when that ends, because we stop the
/// program or are gone, it asks everything in the session to end, and after a while kills what is left. Only a program that
/// starts a session of its own escapes it.
public final class GuardedProcess: Sendable {
    private let shell: ChildProcess
    private let status = Mutex<Int32?>(nil)

    /// A little longer than the script waits before it kills.
    private static let endingSeconds = 8.0
    private static let startingSeconds = 10.0

    /// Why a program was not started: a sentence.
    public struct StartFailure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Starts it, with nothing to read.
    /// - Parameters:
    ///   - command: the program, which is looked for in `PATH`, and its arguments.
    ///   - directory: where it runs.
    ///   - environment: all of it.
    ///   - log: the path of a file, to which what it prints is appended.
    /// - Throws: ``StartFailure``.
    public init(_ command: [String], in directory: String, environment: [String: String], log: String) throws {
        do {
            let shellCommand = ["/bin/sh", "-c", Self.script, "sh", directory, log] + command
            shell = try ChildProcess.start(shellCommand, environment: environment)
        } catch {
            throw StartFailure(description: "No process can be started: \(error)")
        }
        let reply = shell.line(within: Self.startingSeconds) ?? "it took too long"
        guard reply == "started" else {
            shell.end(within: 0)
            throw StartFailure(description: "It can't be started in \(directory) with the log \(log): \(reply)")
        }
    }

    /// The exit code, with 128 added to the number of a signal, when it has ended; `nil` while it runs.
    public var exitStatus: Int32? {
        status.withLock { status in
            if status == nil { status = shell.line(within: 0).flatMap { Int32($0) } }
            return status
        }
    }

    /// Asks it to end and waits until it has. One that does not end within five seconds is killed.
    public func stop() { shell.end(within: Self.endingSeconds) }

    /// Signals begin ignored in whatever a shell that ignores them starts, so it begins to ignore them afterwards.
    private static let script = """
        trap '' PIPE
        directory=$1 log=$2
        shift 2
        cd "$directory" 2>&1 || exit
        : >>"$log" || exit
        exec 3<&0
        "$@" </dev/null >>"$log" 2>&1 3<&- &
        program=$!
        trap '' TERM INT HUP
        echo started
        (
            read -r _ <&3
            kill -s TERM -- "-$$"
            tries=0
            while [ "$tries" -lt 250 ] && kill -s 0 "$program"; do
                sleep 0.02
                tries=$((tries + 1))
            done
            kill -s KILL -- "-$$"
        ) 2>/dev/null &
        wait "$program"
        echo $?
        wait
        """
}
