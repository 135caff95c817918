import Foundation
import Synchronization

/// A PostgreSQL server of this process's own, from the programs installed on this machine.
///
/// It listens on a socket in a private directory and on no port, trusts whoever can reach that, and loses its data when
/// the machine crashes. However this process ends, `kill -9` included, the server ends as well and its directory is
/// removed. Ctrl-C in a terminal does not reach it, so a database can still be restored then.
///
/// ```swift
/// let server = try PrivatePostgres.start()
/// try server.createDatabase("orders")
/// try server.query("SELECT 1", in: "orders")  // "1"
/// server.stop()
/// ```
public final class PrivatePostgres: Sendable {
    /// The role that owns everything.
    public static let administrator = "tester"
    /// The port in the socket's name. Nothing listens on it.
    static let port = 5432

    private let directory: PrivateDirectory
    private let programs: PostgresPrograms
    private let state: Mutex<State>

    private static let startingSeconds = 60.0
    private static let sessionsSeconds = 30
    /// How long the sessions of a killed server may keep the directory from being removed.
    private static let leftoverSeconds = 5.0

    private struct State {
        /// `nil` after it was stopped.
        var supervisor: Supervisor?
        var server: RunningServer?
        /// That of the last server, which outlasts its main process.
        var life: Life?
    }

    /// Starts one and waits until it answers: about a second, three on a busy machine, most of it for
    /// making its files.
    /// - Parameter directory: where to make its private directory; `/tmp` when `nil`. The path must be short and without a
    ///   comma; when we are root, the server's user must be able to reach it.
    /// - Throws: ``PostgresFailure``.
    public static func start(in directory: URL? = nil) throws -> PrivatePostgres {
        try start(in: directory, with: .find())
    }

    static func start(in directory: URL?, with programs: PostgresPrograms) throws -> PrivatePostgres {
        let account = try Account.forServer()
        let supervisor = try Supervisor.start(programs, in: directory, as: account)
        let directory = supervisor.directory
        do {
            if let account { try directory.give(to: account) }
            try supervisor.initialize()
            try configure(directory)
            let server = try RunningServer.start(supervisor, in: directory, within: startingSeconds)
            return PrivatePostgres(
                directory, programs, State(supervisor: supervisor, server: server, life: server.life))
        } catch {
            supervisor.end()
            throw error
        }
    }

    private init(_ directory: PrivateDirectory, _ programs: PostgresPrograms, _ state: sending State) {
        self.directory = directory
        self.programs = programs
        self.state = Mutex(state)
    }

    deinit { stop() }

    /// Where a client connects, as `psql`, libpq and psycopg take it: `postgresql:///name?host=…&port=…&user=…`.
    public func url(database: String, user: String = administrator) -> String {
        "postgresql:///\(encoded(database))?host=\(encoded(socketDirectory))&port=\(Self.port)&user=\(encoded(user))"
    }

    /// The directory of its socket, which is what libpq calls the host.
    public var socketDirectory: String { directory.path }

    /// The server's main process, or `nil` when it was killed or stopped.
    public var processID: Int32? { state.withLock { $0.server?.processID } }

    /// Makes an empty database, which copies 7 MB: half a second on a busy machine.
    /// - Throws: ``PostgresFailure/refused(sql:message:)``, as when there is one of that name.
    public func createDatabase(_ name: String) throws {
        try query("CREATE DATABASE \(quoted(name))")
    }

    /// Removes a database if it is there, and ends the sessions that use it.
    public func dropDatabase(_ name: String) throws {
        try query("DROP DATABASE IF EXISTS \(quoted(name)) WITH (FORCE)")
    }

    /// Runs a statement in `psql`, and gives the cells it selects: one row a line, `|` between two cells.
    /// - Throws: ``PostgresFailure/refused(sql:message:)``.
    @discardableResult public func query(_ sql: String, in database: String = "postgres") throws -> String {
        let options = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]
        let ending = try ChildProcess.run(
            [programs.psql] + options + ["--dbname=\(url(database: database))", "--command=\(sql)"])
        let output = ending.output.hasSuffix("\n") ? String(ending.output.dropLast()) : ending.output
        guard ending.status == 0 else { throw PostgresFailure.refused(sql: sql, message: output) }
        return output
    }

    /// Kills the main process, as the kernel does when memory runs out, and waits until it is gone. Its sessions notice and
    /// end by themselves. Changes nothing when it does not run.
    public func kill() {
        state.withLock { state in
            guard let supervisor = state.supervisor, let server = state.server else { return }
            supervisor.endServer(server.processID, server.life, by: [(SIGKILL, Self.startingSeconds)])
            state.server = nil
        }
    }

    /// Starts it again on the same files, after waiting until the killed server's last session has ended. Its databases
    /// recover as after a crash. One that runs is killed first.
    /// - Throws: ``PostgresFailure``, such as ``PostgresFailure/sessionsRemain(seconds:)``.
    public func restart() throws {
        kill()
        try state.withLock { state in
            guard let supervisor = state.supervisor else { throw PostgresFailure.stopped }
            if let life = state.life, !life.hasEnded(within: Deadline(seconds: Double(Self.sessionsSeconds))) {
                throw PostgresFailure.sessionsRemain(seconds: Self.sessionsSeconds)
            }
            state.life = nil
            state.server = try RunningServer.start(supervisor, in: directory, within: Self.startingSeconds)
            state.life = state.server?.life
        }
    }

    /// Ends it, its sessions and its watchdog, and removes its directory. It is not to be used again.
    public func stop() {
        state.withLock { state in
            if let supervisor = state.supervisor, let server = state.server {
                supervisor.endServer(server.processID, server.life, by: [(SIGINT, 10), (SIGQUIT, 5), (SIGKILL, 5)])
            }
            _ = state.life?.hasEnded(within: Deadline(seconds: Self.leftoverSeconds))
            state.supervisor?.end()
            state = State(supervisor: nil, server: nil, life: nil)
        }
    }

    /// Speed for durability, but what was committed survives ``kill()``: without `synchronous_commit`, the last 0.6 seconds
    /// would be in the server's memory alone. Of the system's memory a killed server leaves nothing behind.
    private static func configure(_ directory: PrivateDirectory) throws {
        let settings = """
            listen_addresses = ''
            port = \(port)
            unix_socket_directories = '"\(directory.path.replacing("\"", with: "\"\"").replacing("'", with: "''"))"'
            max_connections = 100
            max_prepared_transactions = 10
            fsync = off
            full_page_writes = off
            synchronous_commit = on
            dynamic_shared_memory_type = mmap
            logging_collector = off
            log_destination = stderr

            """
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: directory.data + "/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(settings.utf8))
        try file.close()
    }

    private func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// Safe in every part of a URL.
    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? text
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
}
