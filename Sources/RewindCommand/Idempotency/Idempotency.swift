import ArgumentParser
import ExplorationFiles
import Foundation
import IdempotencyConformance
import Rewind

/// `rewind idempotency`
struct Idempotency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks what an API does with an Idempotency-Key: 28 checks, by the rules of a provider or standard.",
        discussion: """
            It makes real objects at the API, and takes none of them back. What a check needs and is not given makes it \
            not applicable, and the table says what to give. An exploration file says it in its section idempotency \
            (docs/idempotency-conformance.md); with a URL the options do.

            rewind idempotency http://127.0.0.1:8080 --post /orders --body '{"amount":"5.00","currency":"USD"}'
            rewind idempotency http://127.0.0.1:8080 --post /payments --body '{"amount":500}' \\
                --other-body '{"amount":700}' --invalid-body '{"amount":-1}' --count /payments --profile ietf
            rewind idempotency payments.yaml --profile my-profile.yaml --json result.json

            Exit codes: 0 all checks that apply passed, 1 some failed, 2 not decided.
            """)

    @Argument(
        help: ArgumentHelp(
            "Where the API is, or an exploration file that says so or starts it.", valueName: "url-or-file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var target: String

    @Option(
        help: ArgumentHelp(
            "stripe, ietf, adyen, checkout, router, or a file with a profile; stripe unless the file says another.",
            valueName: "name-or-file"))
    var profile: String?

    @OptionGroup(title: "Operation") var operation: OperationOptions

    @Option(help: ArgumentHelp("Only these checks, by number, with commas between.", valueName: "numbers"))
    var checks: String?

    @Option(help: ArgumentHelp("Of each request, in milliseconds.", valueName: "milliseconds"))
    var timeout = 10_000

    @Option(
        help: ArgumentHelp("Write the result as JSON.", valueName: "file"), completion: .file(extensions: ["json"]))
    var json: String?

    @Flag(help: "Make objects at an API that is not on this machine.")
    var anyHost = false

    @Flag(help: "Start an API on a database even if its name does not say that it is for tests.")
    var anyDatabase = false

    private var isURL: Bool { target.hasPrefix("http://") || target.hasPrefix("https://") }

    func validate() throws {
        guard timeout > 0 else { throw ValidationError("--timeout must be more than 0; it is \(timeout).") }
        _ = try chosenChecks()
        if isURL, operation.post == nil {
            throw ValidationError(
                "Say what is to be done at \(Self.withoutUser(target)): --post with a path, and --body with JSON. Or give an "
                    + "exploration file.")
        }
    }

    func run() async throws {
        let (command, numbers) = (self, try chosenChecks())
        try await Interruption.endingTask {
            var secrets: Set<String> = command.operation.secrets
            do {
                return try await command.check(numbers, &secrets)
            } catch let code as ExitCode {
                throw code
            } catch is CancellationError {
                throw ExitCode.notDecided
            } catch let error as SystemError {
                command.note(error.message, secrets)
            } catch {
                command.note("\(error)", secrets)
            }
            throw ExitCode.notDecided
        }
    }

    private func check(_ numbers: Set<Int>, _ secrets: inout Set<String>) async throws {
        if isURL {
            let profile = try chosenProfile(nil)
            try requireLoopback(target)
            try await report(try operation.target(at: target, timeout), profile, numbers, secrets)
        } else {
            let file = try IdempotencyFile(target, anyDatabase: anyDatabase)
            secrets.formUnion(file.secrets)
            let profile = try chosenProfile(file.profile)
            if let url = file.runningURL { try requireLoopback(url) }
            let found = secrets
            try await file.withTarget(operation, timeout) { target in
                try await report(target, profile, numbers, found)
            }
        }
    }

    /// Makes the checks, prints what they found, and ends.
    /// - Throws: the exit code, unless it is 0.
    private func report(
        _ target: IdempotencyTarget, _ profile: IdempotencyProfile, _ numbers: Set<Int>, _ secrets: Set<String>
    ) async throws {
        let count = numbers.isEmpty ? IdempotencyCheck.all.count : numbers.count
        let progress = CheckProgress(count: count)
        let result: IdempotencyResult
        do {
            defer { progress.finish() }
            result = try await IdempotencySuite(profile: profile, numbers: numbers)
                .run(against: target) { progress.show($0) }
        } catch {
            note(error.description, secrets)
            throw ExitCode.notDecided
        }
        let redaction = Redaction.standard.hiding(literals: secrets)
        Terminal.result(redaction.text(redaction.sentence(result.table)))
        if let json {
            try Data(redaction.sentence(result.json).utf8).write(to: URL(fileURLWithPath: json))
        }
        guard result.exitCode == 0 else { throw ExitCode(result.exitCode) }
    }

    private func note(_ sentence: String, _ secrets: Set<String>) {
        Terminal.note(Redaction.standard.hiding(literals: secrets).sentence(sentence))
    }

    private func chosenChecks() throws -> Set<Int> {
        guard let checks else { return [] }
        let numbers = checks.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) ?? 0 }
        guard !numbers.isEmpty, numbers.allSatisfy({ (1...28).contains($0) }) else {
            throw ValidationError("--checks takes numbers from 1 to 28 with commas between, not “\(checks)”.")
        }
        return Set(numbers)
    }

    private func chosenProfile(_ part: IdempotencyProfilePart?) throws -> IdempotencyProfile {
        guard let profile else { return try IdempotencyProfile(part ?? IdempotencyProfilePart(named: "stripe")) }
        if let known = IdempotencyProfile.all.first(where: { $0.name == profile }) { return known }
        guard FileManager.default.fileExists(atPath: profile) else {
            let names = IdempotencyProfile.all.map(\.name).joined(separator: ", ")
            throw IdempotencyRefusal("There is no profile and no file “\(profile)”. Profiles are \(names).")
        }
        return try IdempotencyProfile(IdempotencyProfilePart(contentsOf: profile))
    }

    private func requireLoopback(_ url: String) throws {
        guard !anyHost, let host = URLComponents(string: url)?.host?.lowercased() else { return }
        let isLocal = host == "localhost" || host.hasPrefix("127.") || host == "::1" || host == "[::1]"
        guard !isLocal else { return }
        throw IdempotencyRefusal(
            "\(host) is not this machine. The checks make real objects there, some hundred payments, and none is taken "
                + "back. If that is meant, say --any-host.")
    }

    private static func withoutUser(_ url: String) -> String {
        guard var parts = URLComponents(string: url) else { return "the API" }
        (parts.user, parts.password) = (nil, nil)
        return parts.string ?? "the API"
    }
}

/// Why nothing is tried: sentences with what to do next.
struct IdempotencyRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Shows which check is being made.
private final class CheckProgress: Sendable {
    private let count: Int

    init(count: Int) { self.count = count }

    func show(_ check: IdempotencyCheck) {
        if Terminal.isInteractive { Terminal.replaceLine("check \(check.number): \(check.name) (\(count) in all)") }
    }

    func finish() { if Terminal.isInteractive { Terminal.replaceLine("") } }
}
