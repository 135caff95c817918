import ArgumentParser
import ExactJSON
import ExplorationFiles
import Foundation
import IdempotencyConformance
import PostgresDriver
import Rewind
import SQLiteDriver

/// An exploration file as the description of an operation to try under keys.
struct IdempotencyFile: Sendable {
    private let file: ExplorationFile
    private let access: Access
    private let guarding: DatabaseGuard

    /// Reads the file. What is wrong with it is printed, a line for each.
    /// - Throws: `ExitCode`.
    init(_ path: String, anyDatabase: Bool) throws {
        do {
            file = try ExplorationFile(contentsOf: path)
            access = try Access(file)
        } catch let errors as FileErrors {
            for error in errors.errors { Terminal.note("\(error)") }
            throw ExitCode.notDecided
        }
        guarding = anyDatabase ? .anyDatabase : .testDatabasesOnly
    }

    var secrets: Set<String> { file.secrets }
    var profile: IdempotencyProfilePart? { file.idempotency?.profile }
    /// Of an API that is not started here.
    var runningURL: String? { file.api.start == nil ? try? file.api.url?.text([:]) : nil }

    /// Starts what the file says is to be started, and ends it afterwards, whatever happens.
    func withTarget(
        _ options: OperationOptions, _ timeoutMilliseconds: Int, _ body: (IdempotencyTarget) async throws -> Void
    ) async throws {
        let place = OpenedExploration.Place(url: nil, guarding: guarding)
        let worlds = try await FileWorlds(file, at: place, access, workers: 1)
        do {
            let address = try await worlds.address()
            var target = IdempotencyTarget(baseURL: address.url, operation: try operation(options))
            target.headers = address.headers.map { ($0.name, $0.value) }
            target.timeoutMilliseconds = timeoutMilliseconds
            try describe(&target, options, address.database)
            try options.apply(to: &target)
            try await body(target)
        } catch {
            await worlds.stop()
            throw error
        }
        await worlds.stop()
    }

    // MARK: The operation

    private func operation(_ options: OperationOptions) throws -> IdempotencyRequest {
        if options.action == nil, let operation = file.idempotency?.operation {
            return try Described.request(operation)
        }
        if options.post != nil { return .post("/") }
        return try Described.request(try keyedAction(options).requests[keyedIndex(try keyedAction(options))], constants)
    }

    /// The action that is named, or the first that is sent with a key.
    private func keyedAction(_ options: OperationOptions) throws -> ActionPart {
        if let name = options.action { return try action(name) }
        let keyed = file.actions.first { $0.requests.contains { $0.idempotencyKey != nil } }
        guard let keyed else {
            throw IdempotencyRefusal(
                "\(file.path) does not say which operation to try: give it a section `idempotency`, an action with an "
                    + "`idempotency_key`, or --action NAME.")
        }
        return keyed
    }

    private func action(_ name: String) throws -> ActionPart {
        guard let action = file.actions.first(where: { $0.name.value == name }) else {
            let names = file.actions.map(\.name.value).joined(separator: ", ")
            throw IdempotencyRefusal("There is no action “\(name)” in \(file.path). Its actions are \(names).")
        }
        return action
    }

    private func keyedIndex(_ action: ActionPart) -> Int {
        action.requests.firstIndex { $0.idempotencyKey != nil } ?? action.requests.count - 1
    }

    /// What is known before any request: variables that begin with a value, and the first of each argument's domain.
    private var constants: [String: JSON] {
        var known: [String: JSON] = [:]
        for variable in file.context { known[variable.name.value] = Described.constant(variable.initial.value) }
        for argument in file.actions.flatMap(\.arguments) {
            known[argument.name.value] = argument.values.first.flatMap { Described.constant($0.value) }
        }
        return known
    }

    // MARK: The rest

    private func describe(
        _ target: inout IdempotencyTarget, _ options: OperationOptions, _ database: DatabaseUnderTest?
    ) throws {
        if options.action != nil || file.idempotency?.operation == nil {
            let action = try? keyedAction(options)
            let own = action.map { Array($0.requests.prefix(keyedIndex($0))) } ?? []
            let earlier = try (options.after ?? "").split(separator: ",").flatMap {
                try self.action(String($0)).requests
            }
            target.before = try (earlier + own).map { try Described.step($0, constants) }
        }
        guard let part = file.idempotency else { return }
        if !part.before.isEmpty { target.before = try part.before.map { try Described.step($0) } }
        target.otherBody = try part.otherBody.map { try Described.json($0).text }
        target.otherEndpoint = try part.otherEndpoint.map { try Described.request($0) }
        target.invalid = try part.invalid.map { try Described.request($0) }
        target.refused = try part.refused.map { refused in
            RefusedRequest(
                try Described.request(refused.request), remedy: try refused.remedy.map { try Described.step($0) },
                before: try refused.before.map { try $0.map { try Described.step($0) } })
        }
        target.read = try part.read.map { try Described.request($0) }
        target.otherAccount = part.otherAccount.map { ($0.name.value, Described.text($0.value)) }
        target.compensation = try part.compensation.map { try Described.step($0) }
        (target.isGuarded, target.requiresKey) = (part.isGuarded, part.requiresKey)
        target.keyHeader = part.header
        target.lockSeconds = part.lockMilliseconds.map { ($0 + 999) / 1000 }
        target.parallelism = part.parallelism ?? target.parallelism
        target.rounds = part.rounds ?? target.rounds
        target.effects = part.effects.map { effects($0, database) }
        try addControls(part, to: &target)
    }

    private func effects(_ effects: IdempotencyPart.Effects, _ database: DatabaseUnderTest?) -> EffectCount {
        switch effects {
        case .answer(let path, let place):
            return .answer(.get(Described.text(path)), at: place.map(Described.members) ?? [])
        case .query(let query):
            return .custom { _ in
                guard let database else { throw IdempotencyRefusal("“systems” is empty: there is nothing to ask.") }
                return try database.number(query.value)
            }
        }
    }

    private func addControls(_ part: IdempotencyPart, to target: inout IdempotencyTarget) throws {
        let plain = target
        func control(_ request: RequestPart?) throws -> IdempotencyFaults.Control? {
            guard let request else { return nil }
            let send = plain.control(try Described.request(request))
            return { try await send([:]) }
        }
        if let clock = part.clock {
            let send = plain.control(try Described.request(clock))
            target.advanceClock = { try await send(["seconds": "\($0)"]) }
        }
        target.faults.slow = try control(part.faults["slow"])
        target.faults.serverError = try control(part.faults["server_error"])
        target.faults.diesHoldingKey = try control(part.faults["dies_holding_key"])
        target.faults.serializationFailure = try control(part.faults["serialization_failure"])
        target.faults.internalError = try control(part.faults["internal_error"])
        target.faults.settle = try control(part.faults["settle"])
        for (point, request) in part.crashes {
            if let crash = try control(request) { target.faults.crashes.append((point, crash)) }
        }
        if let downstream = part.downstream {
            let url = Described.text(downstream.sandbox)
            target.downstream = try .sandbox(
                at: url, call: downstream.call, allowsAnotherAttempt: downstream.allowsAnotherAttempt)
            if part.faults["slow"] == nil {
                target.faults.slow = try IdempotencyFaults.slowSandbox(at: url, call: downstream.call)
            }
        }
    }
}

/// Parts of a file as the suite takes them.
private enum Described {
    /// The text with constants put in, and `{name}` for what is saved later.
    static func text(_ template: Template, _ constants: [String: JSON] = [:]) -> String {
        template.segments.map { segment in
            switch segment {
            case .text(let text): text
            case .variable(let name, _): constants[name].map(plain) ?? "{\(name)}"
            }
        }.joined()
    }

    /// What can be put into a request; a null is no value yet.
    static func constant(_ literal: Literal) -> JSON? {
        switch literal {
        case .bool(let value): .bool(value)
        case .number(let text): .number(text)
        case .string(let text): .string(text)
        case .null, .list, .object: nil
        }
    }

    private static func plain(_ value: JSON) -> String {
        if case .string(let text) = value { text } else { value.text }
    }

    static func request(_ part: RequestPart, _ constants: [String: JSON] = [:]) throws -> IdempotencyRequest {
        guard part.query.isEmpty else {
            throw IdempotencyRefusal("\(part.position): Put the query into the path: `query` is not sent here.")
        }
        var request = IdempotencyRequest(part.method.value, text(part.path, constants))
        request.headers = part.headers.map { ($0.name.value, text($0.value, constants)) }
        switch part.body {
        case nil: break
        case .json(let value): request.body = try json(value, constants).text
        case .text(let template, let type):
            request.body = text(template, constants)
            if let type { request.headers.append(("Content-Type", text(type, constants))) }
        case .form, .multipart:
            throw IdempotencyRefusal("\(part.position): A form can't be sent here: give `json` or `body`.")
        }
        return request
    }

    static func step(_ part: RequestPart, _ constants: [String: JSON] = [:]) throws -> IdempotencyStep {
        var saved: [(name: String, path: [String])] = []
        for save in part.saved {
            if case .json(let path) = save.source { saved.append((save.name.value, members(path))) }
        }
        return IdempotencyStep(try request(part, constants), saving: saved)
    }

    static func members(_ path: JSONPath) -> [String] {
        path.steps.map { step in
            switch step {
            case .member(let name): name
            case .element(let index): String(index)
            }
        }
    }

    static func json(_ value: TemplatedValue, _ constants: [String: JSON] = [:]) throws -> JSON {
        switch value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): .number(text)
        case .string(let template):
            template.onlyVariable.flatMap { constants[$0] } ?? .string(text(template, constants))
        case .list(let elements): .array(try elements.map { try json($0, constants) })
        case .object(let members): .object(try members.map { JSON.Member($0.name, try json($0.value, constants)) })
        }
    }
}

extension IdempotencyProfile {
    /// A built-in profile with what a file says otherwise.
    init(_ part: IdempotencyProfilePart) throws {
        guard var profile = Self.all.first(where: { $0.name == part.extended }) else {
            throw IdempotencyRefusal("There is no profile “\(part.extended)”.")
        }
        if let name = part.name { profile.name = name }
        if let header = part.header { profile.keyHeader = header }
        if let spelling = part.spelling.flatMap({ KeySpelling(rawValue: $0) }) { profile.spelling = spelling }
        if let longest = part.longest {
            profile.longestKey = longest
            if case .notApplicable = profile.expectations[4]?.answer { profile = profile.expecting(.refused, in: 4) }
        }
        if let shortest = part.shortest { profile.shortestKey = shortest }
        if let life = part.lifeSeconds {
            profile.lifeSeconds = life
            if case .notApplicable = profile.expectations[25]?.answer { profile = profile.expecting(.executed, in: 25) }
        }
        if let mark = part.mark {
            profile.replayMark = Mark(mark.name, mark.value)
            for check in [7, 8] { profile = profile.expecting(.holds, in: check) }
        }
        for (check, expectation) in part.expectations {
            profile = profile.expecting(ExpectedAnswer(expectation), in: check, source: "profile \(profile.name)")
        }
        self = profile
    }
}

extension ExpectedAnswer {
    fileprivate init(_ part: IdempotencyProfilePart.Expectation) {
        switch part {
        case .refused(let statuses): self = .refused(statuses)
        case .replayed: self = .replayed
        case .executed: self = .executed
        case .accepted: self = .accepted
        case .holds: self = .holds
        case .notApplicable(let reason): self = .notApplicable(reason)
        }
    }
}

extension DatabaseUnderTest {
    /// The one number that a query gives.
    func number(_ query: String) throws -> Double {
        let text: String?
        switch location {
        case .file(let path):
            let statement = try SQLiteConnection(path: path, flags: .readOnly).prepare(query)
            text = try statement.step() && !statement.isNull(0) ? statement.string(0) : nil
        case .url(let url):
            let result = try PostgresConnection(url: url, applicationName: "rewind").query(query)
            let hasValue = result.rowCount > 0 && !result.isNull(0, 0)
            text = hasValue ? String(decoding: result.bytes(0, 0), as: UTF8.self) : nil
        }
        guard let number = text.flatMap(Double.init) else {
            throw IdempotencyRefusal("The query for effects gives no number: \(query)")
        }
        return number
    }
}
