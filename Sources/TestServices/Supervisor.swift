import Foundation

/// A shell that starts the server, and is its parent. It reads commands from us; when that ends, because we do, it stops
/// the server and removes the directory.
///
/// As the parent it knows the server's process from the first moment, and that number is nobody else's until it was asked
/// to wait for its end.
struct Supervisor: Sendable {
    private let shell: ChildProcess
    /// It makes it as well, so that it can't be left behind, however early we end.
    let directory: PrivateDirectory

    private static let initializingSeconds = 120.0
    private static let replySeconds = 60.0
    /// Longer than the script may take to end everything.
    private static let endingSeconds = 30.0

    static func start(_ programs: PostgresPrograms, in parent: URL?, as account: Account?) throws -> Supervisor {
        let pattern = try PrivateDirectory.pattern(in: parent)
        let arguments = ["/bin/sh", "-c", script, "sh", pattern, programs.directory] + (account?.prefix ?? [])
        let shell = try ChildProcess.start(arguments)
        let reply = shell.line(within: replySeconds) ?? "it took too long"
        guard reply.hasPrefix("/") else {
            shell.end(within: endingSeconds)
            let reason = reply.split(separator: ": ").last.map(String.init) ?? reply
            throw PostgresFailure.unusableDirectory(path: pattern, reason: reason)
        }
        return Supervisor(shell: shell, directory: PrivateDirectory(path: reply))
    }

    /// Makes the server's files.
    func initialize() throws {
        shell.send("initialize")
        guard shell.line(within: Self.initializingSeconds) == "0" else { throw didNotStart }
    }

    /// Starts the server on them, ready or not, and gives the number of its process.
    func startServer() throws -> Int32 {
        shell.send("start")
        guard let processID = shell.line(within: Self.replySeconds).flatMap({ Int32($0) }) else { throw didNotStart }
        return processID
    }

    /// Signals the server, the next signal when one did not end it in time. One that has ended by itself is not signalled:
    /// its number may be somebody else's.
    func endServer(_ processID: Int32, _ life: Life, by signals: [(number: Int32, seconds: Double)]) {
        let hasEnded = life.hasEnded(within: Deadline(seconds: 0))
        shell.send("wait")
        for signal in signals {
            if !hasEnded { kill(processID, signal.number) }
            if shell.line(within: signal.seconds) != nil { return }
        }
    }

    /// Ends the shell, and with it what there is of the server and its directory.
    func end() {
        shell.end(within: Self.endingSeconds)
        directory.remove()
    }

    var didNotStart: PostgresFailure { .didNotStart(log: directory.logTail) }

    /// Its arguments: the pattern of the directory's name, where the programs are, and what goes before a command to run it as another user.
    ///
    /// A server in the background begins with SIGQUIT ignored, so one signal could be lost: they are repeated. What a killed
    /// server leaves is 56 bytes of System V shared memory, on line 7 of its lock file.
    private static let script = """
        trap '' PIPE
        cd /
        directory=$(mktemp -d "$1") || exit
        programs=$2
        shift 2
        mkfifo "$directory/life"
        echo "$directory"
        exec 2>>"$directory/log"
        server=
        while read -r command; do
            case $command in
            initialize)
                "$@" "$programs/initdb" --pgdata="$directory/data" --username=\(PrivatePostgres.administrator) \\
                    --auth=trust --encoding=UTF8 --locale=C --no-sync </dev/null >&2
                echo $? ;;
            start)
                "$@" "$programs/postgres" -D "$directory/data" </dev/null >&2 3<>"$directory/life" &
                server=$!
                echo "$server" ;;
            wait)
                wait "$server"
                echo $?
                server= ;;
            esac
        done
        signal=QUIT tries=0
        while [ "$server" ] && kill -s "$signal" "$server"; do
            sleep 0.05
            tries=$((tries + 1))
            [ "$tries" -lt 200 ] || signal=KILL
        done
        memory=$(sed -n '7s/^ *[0-9]* *//p' "$directory/data/postmaster.pid")
        [ -z "$memory" ] || ipcrm -m "$memory"
        rm -rf "$directory" || rm -rf "$directory"
        """
}
