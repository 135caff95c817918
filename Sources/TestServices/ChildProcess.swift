import Foundation

/// A program in a session of its own, so that Ctrl-C in a terminal does not reach it, with one socket for its standard
/// input, output and errors.
///
/// Not Foundation's `Process`: that starts no sessions, passes on ignored signals, and its waiting can hang on Linux. The
/// program inherits no other file of ours, and our end of the socket is closed in every program that this process starts,
/// whoever starts it: when this process ends, however it ends, the program reads the end of its input.
struct ChildProcess: Sendable {
    let processID: Int32
    /// Our end of the socket.
    private let socket: Int32

    /// What a program wrote, and its exit code; `nil` when it was killed, by us for taking too long.
    typealias Ending = (output: String, status: Int32?)

    private static let runSeconds = 60.0

    /// Starts it, unless told otherwise with our environment without what would turn a client or server of PostgreSQL
    /// elsewhere.
    /// - Parameter arguments: the path of the program and its arguments.
    static func start(_ arguments: [String], environment: [String: String]? = nil) throws -> ChildProcess {
        let (ours, theirs) = try socketPair()
        defer { close(theirs) }
        var processID: pid_t = 0
        let code = spawn(
            arguments[0], arguments, environment: environment ?? Self.environment, socket: theirs, &processID)
        guard code == 0 else {
            close(ours)
            throw PostgresFailure.notExecutable(program: arguments[0], reason: String(cString: strerror(code)))
        }
        return ChildProcess(processID: processID, socket: ours)
    }

    /// Runs it to its end.
    static func run(_ arguments: [String]) throws -> Ending {
        let child = try start(arguments)
        shutdown(child.socket, Int32(SHUT_WR))
        return child.end(within: runSeconds)
    }

    /// Gives it a line to read. A program that is gone reads nothing.
    func send(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        #if canImport(Darwin)
            _ = Foundation.send(socket, bytes, bytes.count, 0)
        #else
            _ = Foundation.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }

    /// The next line it writes, or `nil` when it writes none in time.
    func line(within seconds: Double) -> String? {
        var line: [UInt8] = []
        let deadline = Deadline(seconds: seconds)
        while let byte = bytes(limit: 1, until: deadline)?.first {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// Ends its input and waits for its end. One that does not end in time is killed.
    @discardableResult func end(within seconds: Double) -> Ending {
        let deadline = Deadline(seconds: seconds)
        shutdown(socket, Int32(SHUT_WR))
        defer { close(socket) }
        var output: [UInt8] = []
        while let more = bytes(limit: 4096, until: deadline), !more.isEmpty { output += more }
        var status: Int32 = 0
        while waitpid(processID, &status, WNOHANG) == 0 {
            if deadline.isPast { kill(processID, SIGKILL) }
            poll(nil, 0, 1)
        }
        let hasExited = status & 0x7f == 0
        return (String(decoding: output, as: UTF8.self), hasExited ? (status >> 8) & 0xff : nil)
    }

    /// What there is to read: nothing at the end, `nil` when the deadline passes first.
    private func bytes(limit: Int, until deadline: Deadline) -> [UInt8]? {
        var event = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&event, 1, deadline.milliseconds)
            if count > 0 { break }
            if count == 0 && deadline.isPast { return nil }
        }
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = read(socket, &buffer, limit)
        return Array(buffer.prefix(max(0, count)))
    }

    private static func socketPair() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
            let code = socketpair(AF_UNIX, SOCK_STREAM, 0, &ends)
            var yes: Int32 = 1
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
        #else
            let code = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        #endif
        guard code == 0 else {
            throw PostgresFailure.notExecutable(program: "socketpair", reason: String(cString: strerror(errno)))
        }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ program: String, _ arguments: [String], environment: [String: String], socket: Int32,
        _ processID: inout pid_t
    ) -> Int32 {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let flags =
                POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which glibc shows to GNU programs only
            let flags = newSession | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_adddup2(&actions, socket, standard)
        }
        for other in inheritableDescriptors { posix_spawn_file_actions_addclose(&actions, other) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return withCStrings(arguments) { arguments in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) {
                posix_spawn(&processID, program, &actions, &attributes, arguments, $0)
            }
        }
    }

    /// Files of this process that programs would inherit. On macOS a flag excludes them.
    private static var inheritableDescriptors: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > STDERR_FILENO && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    /// Messages in English; a time zone that `initdb` need not look for among hundreds.
    private static var environment: [String: String] {
        let ours = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        return ours.merging(["LC_ALL": "C", "TZ": "UTC"]) { $1 }
    }

    private static func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}

/// A moment that waiting does not go beyond.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(seconds: Double) { end = .now + .seconds(seconds) }

    var isPast: Bool { ContinuousClock.now >= end }

    /// What is left, as `poll` takes it.
    var milliseconds: Int32 { Int32(max(0, (end - .now) / .milliseconds(1)).rounded(.up)) }
}
