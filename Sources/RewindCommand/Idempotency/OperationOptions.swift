import ArgumentParser
import IdempotencyConformance

/// An operation and what belongs to it, on the command line. With an exploration file they come before what it says.
struct OperationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The operation: a POST to this path.", valueName: "path"))
    var post: String?

    @Option(help: ArgumentHelp("Its body, JSON; {reference} in it is new in each trial.", valueName: "json"))
    var body: String?

    @Option(help: ArgumentHelp("Another body it would accept, for check 9.", valueName: "json"))
    var otherBody: String?

    @Option(help: ArgumentHelp("A body that validation refuses, for check 15.", valueName: "json"))
    var invalidBody: String?

    @Option(help: ArgumentHelp("Another operation with the same body, for check 10.", valueName: "path"))
    var otherPath: String?

    @Option(help: ArgumentHelp("A GET whose list, or number, grows with each operation.", valueName: "path"))
    var count: String?

    @Option(help: ArgumentHelp("Where its answer has that, such as data.total.", valueName: "members"))
    var countAt: String?

    @Option(help: ArgumentHelp("A GET without effect, for check 27; --count unless said.", valueName: "path"))
    var read: String?

    @Option(help: ArgumentHelp("A header of every request; may be repeated.", valueName: "name:value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("A header of another account, for check 26; may be repeated.", valueName: "name:value"))
    var otherAccount: [String] = []

    @Option(help: ArgumentHelp("The header of the key; the profile's unless said.", valueName: "name"))
    var keyHeader: String?

    @Option(
        help: ArgumentHelp(
            "The rewind sandbox that the API has as its provider, for checks 21 to 23.", valueName: "url"))
    var downstream: String?

    @Option(help: ArgumentHelp("The call that the operation leads to there.", valueName: "call"))
    var downstreamCall = "authorize"

    @Option(help: ArgumentHelp("In a file: the action that is the operation.", valueName: "action"))
    var action: String?

    @Option(help: ArgumentHelp("In a file: the actions before it, with commas between.", valueName: "actions"))
    var after: String?

    func validate() throws {
        for text in header + otherAccount where Self.field(text) == nil {
            throw ValidationError("A header is NAME:VALUE, such as X-Account:b, and not “\(text.prefix(20))”.")
        }
        guard post != nil || body == nil else { throw ValidationError("--body needs --post: a path to send it to.") }
        for (path, name) in [(post, "post"), (otherPath, "other-path"), (count, "count"), (read, "read")] {
            guard let path, !path.hasPrefix("/") else { continue }
            throw ValidationError("--\(name) takes a path that begins with “/”, and not “\(path)”.")
        }
    }

    /// What must not be shown: values of headers.
    var secrets: Set<String> {
        Set((header + otherAccount).compactMap { Self.field($0)?.value }.filter { $0.count > 3 })
    }

    /// The target that the options alone describe.
    func target(at url: String, _ timeoutMilliseconds: Int) throws -> IdempotencyTarget {
        var target = IdempotencyTarget(baseURL: url, operation: .post(post ?? "/", body))
        target.timeoutMilliseconds = timeoutMilliseconds
        try apply(to: &target)
        return target
    }

    /// Puts the options over what is known already.
    func apply(to target: inout IdempotencyTarget) throws {
        if let post { target.operation = .post(post, body) }
        target.headers += header.compactMap(Self.field)
        if let otherBody { target.otherBody = otherBody }
        if let invalidBody {
            target.invalid = target.operation
            target.invalid?.body = invalidBody
        }
        if let otherPath {
            target.otherEndpoint = target.operation
            target.otherEndpoint?.path = otherPath
        }
        if let count {
            target.effects = .answer(.get(count), at: countAt.map { $0.split(separator: ".").map(String.init) } ?? [])
        }
        if let read { target.read = .get(read) }
        if !otherAccount.isEmpty { target.otherAccount = otherAccount.compactMap(Self.field) }
        if let keyHeader { target.keyHeader = keyHeader }
        if let downstream {
            target.downstream = try .sandbox(at: downstream, call: downstreamCall)
            target.faults.slow = try IdempotencyFaults.slowSandbox(at: downstream, call: downstreamCall)
        }
    }

    private static func field(_ text: String) -> (name: String, value: String)? {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        return (String(text[..<colon]), text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
}
