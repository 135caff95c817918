import ExactJSON
import Rewind

/// A counterexample as a shell script that sends its requests with curl.
///
/// It runs in any POSIX shell, against an API whose database is as it was before the first request. It sees answers and
/// nothing else, and says so: what shows only in the database it can't tell.
public struct CurlScript: Sendable {
    private let counterexample: RecordedCounterexample
    private let requests: [(step: RecordedStep, exchange: RecordedExchange)]

    public init(_ counterexample: RecordedCounterexample) {
        self.counterexample = counterexample
        requests = counterexample.steps.flatMap { step in
            (step.exchanges + step.repeatableTrials).map { (step, $0) }
        }
    }

    public var text: String {
        let parts =
            [head, requirements, functions] + requests.indices.dropLast(together).map(request)
            + (together > 0 ? [race, endingOfRace] : [ending])
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    // MARK: At the same time

    /// How many requests at the end were sent at the same time; otherwise none.
    private var together: Int {
        guard let last = counterexample.steps.last, last.isConcurrent else { return 0 }
        return last.exchanges.count
    }

    /// Each in a process of its own.
    private var race: [String] {
        let lines = requests.indices.suffix(together).flatMap(request).filter { !$0.hasPrefix("[ ") }
        return ["# At the same time:"] + lines.map { $0.hasPrefix("send ") ? $0 + " &" : $0 } + ["wait"]
    }

    private var endingOfRace: [String] {
        let recorded = requests.suffix(together).map { $0.exchange.reply.status.map(String.init) ?? "no answer" }
        let words = "Recorded was \(recorded.joined(separator: ", ")), in any order. In the database: "
        return [
            "echo \(quoted("CAN'T TELL from one try, which may be lucky. " + words + counterexample.changeToLookFor))",
            "exit 2",
        ]
    }

    // MARK: What it can tell

    private enum Evidence {
        /// The last status is what is wrong.
        case status
        /// Something beside the answers is wrong: the last answer as recorded is a sign of it, no proof.
        case answer
        /// A change that the last answer says nothing about.
        case database
    }

    private var evidence: Evidence {
        switch counterexample.kind {
        case .stateMachine: .status
        case .law: isShownByStatus ? .status : .database
        case .invariant: .answer
        case .concurrency: .database
        }
    }

    private var isShownByStatus: Bool {
        switch counterexample.rule {
        case Law.noServerError.name: true
        case Law.keyWithOtherBody.name: requests.last?.exchange.reply.status.map { $0 < 400 } ?? false
        default: false
        }
    }

    private var limits: [String] {
        let change = counterexample.changeToLookFor
        switch evidence {
        case .status: return []
        case .answer:
            return [
                "The rule is about more than answers. When the last answer is as recorded, this script says that it still",
                "fails; to be sure, look at the database: \(change)",
            ]
        case .database:
            return ["No answer shows whether the rule is broken. Look at the database: \(change)"]
        }
    }

    // MARK: Parts

    private var head: [String] {
        let path = counterexample.steps.map(\.label).joined(separator: " → ")
        var lines = [
            "\(counterexample.rule): \(counterexample.statement)", counterexample.message, "", "Path: \(path)",
            "Counterexample \(counterexample.id) of \(counterexample.exploration), found by Rewind.", "",
            "Needs \(usesPython ? "curl and python3" : "curl"), and the API at $BASE_URL on a database as it was before "
                + "the first request.",
            "Exits with 1 when it still fails, with 0 when it does not, and with 2 when it can't tell.",
        ]
        lines += limits
        if counterexample.steps.contains(where: \.exchanges.isEmpty) {
            lines.append("Steps that sent nothing to the API are missing: something else did them, such as a provider.")
        }
        if counterexample.steps.last?.trials?.contains(where: \.isFromBefore) ?? false {
            lines.append("The law sent the last request twice at the same time, which this script does not.")
        }
        return ["#!/bin/sh"] + lines.map { $0.isEmpty ? "#" : "# " + printable($0) }
    }

    private var requirements: [String] {
        let tools = usesPython ? "curl python3" : "curl"
        let secrets = Set(requests.flatMap { $0.exchange.texts }.flatMap(\.secrets)).sorted()
        return [
            "BASE_URL=${BASE_URL:-http://127.0.0.1:8080}",
            "for tool in \(tools); do",
            "    command -v $tool > /dev/null || { echo \"This script needs $tool.\" >&2; exit 2; }",
            "done",
        ]
            + secrets.map { name in
                "[ -n \"${\(name):-}\" ] || { echo \"Set \(name): it is secret, and so not in this script.\" >&2; exit 2; }"
            }
            + [
                "folder=$(mktemp -d) || exit 2", "trap 'rm -rf \"$folder\"' EXIT",
            ]
    }

    private var usesPython: Bool {
        !fields.isEmpty || requests.contains { $0.exchange.texts.contains { !$0.places.isEmpty } }
    }

    private var functions: [String] {
        var lines = [
            "# send NUMBER LABEL EXPECTED METHOD PATH [CURL OPTIONS]: prints the answer; its status is $status.",
            "send() {",
            "    number=$1 label=$2 expected=$3 method=$4 path=$5",
            "    shift 5",
            "    status=$(curl -sS --max-time 30 -o \"$folder/$number\" -w '%{http_code}' -X \"$method\" \"$@\" \"$BASE_URL$path\")",
            "    printf '%s. %s: %s %s\\n   expected %s, got %s\\n' \"$number\" \"$label\" \"$method\" \"$path\" \"$expected\" \"$status\"",
            "    [ -f \"$folder/$number\" ] && sed 's/^/   /' \"$folder/$number\" && echo",
            "}",
            "",
            "# differs LABEL WAS_ACCEPTED: ends the script, because the path can't be followed as it was recorded.",
            "differs() {",
            "    case $status in",
            "    401 | 407 | 429 | 5* | 000) echo \"CAN'T TELL: $1 was answered $status.\"; exit 2 ;;",
            "    4*) [ \"$2\" = yes ] && { echo \"DOES NOT FAIL: $1 is refused now ($status).\"; exit 0; } ;;",
            "    esac",
            "    echo \"CAN'T TELL: $1 was answered $status.\"",
            "    exit 2",
            "}",
        ]
        if usesPython {
            lines += ["", "# field NUMBER KEY…: what the JSON answer to that request has there."] + Self.field
        }
        return lines
    }

    private static let field = [
        "field() {",
        "    python3 -c '",
        "import json, sys",
        "value = json.load(open(sys.argv[1]), parse_float=str)",
        "for key in sys.argv[2:]:",
        "    value = value[int(key) if isinstance(value, list) else key]",
        "sys.stdout.write(value if isinstance(value, str) else json.dumps(value))' \"$folder/$@\" 2> /dev/null ||",
        "        { echo \"CAN'T TELL: the answer to request $1 has no $2.\" >&2; exit 2; }",
        "}",
    ]

    private func request(_ index: Int) -> [String] {
        let (step, exchange) = requests[index]
        let number = index + 1
        var lines: [String] = []
        let earlier = requests[..<index].flatMap(\.exchange.places)
        for place in exchange.places where !earlier.contains(place) {
            let keys = place.keys.map(quoted).joined(separator: " ")
            lines.append("\(variable(place))=$(field \(place.request) \(keys)) || exit 2")
        }
        let expected = exchange.reply.status.map(String.init) ?? "000"
        var words = [
            "send \(number)", quoted(step.label), expected, exchange.method, word(exchange.path),
        ]
        words += exchange.headers.map { "-H \(word(RecordedText("\($0.name): ") + $0.value))" }
        if let body = exchange.body, !body.isEmpty || ["POST", "PUT", "PATCH"].contains(exchange.method) {
            if !exchange.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                words.append("-H 'Content-Type:'")
            }
            words.append("--data-raw \(word(body))")
        }
        if exchange.method == "HEAD" { words.append("--head") }
        lines.append(words.joined(separator: " "))
        if exchange.body == nil {
            lines = ["echo \"CAN'T TELL: the body of request \(number) is no text.\"; exit 2"]
        } else if number < requests.count {
            let wasAccepted = exchange.reply.status.map { $0 < 400 } ?? false
            lines.append("[ \"$status\" = \(expected) ] || differs \(quoted(step.label)) \(wasAccepted ? "yes" : "no")")
        }
        return lines
    }

    // MARK: The end

    private var ending: [String] {
        guard let (step, exchange) = requests.last else {
            return ["echo \"CAN'T TELL: the path has no request.\"", "exit 2"]
        }
        let expected = exchange.reply.status
        let label = quoted(step.label)
        var lines = ["echo"]
        if expected == nil {
            lines.append("[ \"$status\" = 000 ] && { echo \"STILL FAILS: no answer.\"; exit 1; }")
            return lines + ["echo \"DOES NOT FAIL: it is answered $status.\"", "exit 0"]
        }
        lines += ["if [ \"$status\" != \(expected ?? 0) ]; then"] + otherStatus(expected ?? 0, label) + ["fi"]
        switch evidence {
        case .status: lines += ["echo \"STILL FAILS: \(counterexample.rule)\"", "exit 1"]
        case .database:
            let change = quoted("CAN'T TELL from answers. Look at the database: " + counterexample.changeToLookFor)
            lines += ["echo \(change)", "exit 2"]
        case .answer: lines += comparison
        }
        return lines
    }

    private func otherStatus(_ expected: Int, _ label: String) -> [String] {
        if expected >= 500 {
            return [
                "    case $status in",
                "    000 | 5*) echo \"STILL FAILS, in another way: $status\"; exit 1 ;;",
                "    esac",
                "    echo \"DOES NOT FAIL: it is answered $status.\"",
                "    exit 0",
            ]
        }
        if expected >= 400 && evidence == .status {
            return [
                "    case $status in",
                "    2*) echo \"DOES NOT FAIL: it is accepted now ($status).\"; exit 0 ;;",
                "    esac",
                "    differs \(label) no",
            ]
        }
        return ["    differs \(label) \(expected < 400 ? "yes" : "no")"]
    }

    /// For a rule about more than answers: the fields of the last answer, as far as they are the same in every run.
    private var comparison: [String] {
        var lines = [
            "echo \(quoted("\(counterexample.rule): \(counterexample.statement)"))",
            "echo \(quoted("In the database: " + counterexample.changeToLookFor))",
        ]
        for (keys, value) in fields {
            let name = keys.joined(separator: ".")
            lines += [
                "got=$(field \(requests.count) \(keys.map(quoted).joined(separator: " "))) || exit 2",
                "printf '   %s: expected %s, got %s\\n' \(quoted(name)) \(quoted(value)) \"$got\"",
                "[ \"$got\" = \(quoted(value)) ] || { echo \(quoted("DOES NOT FAIL as recorded: \(name) differs.")); exit 0; }",
            ]
        }
        return lines + ["echo \(quoted("STILL FAILS, as far as the answers show."))", "exit 1"]
    }

    private var fields: [(keys: [String], value: String)] {
        guard evidence == .answer, let last = requests.last?.exchange.reply else { return [] }
        return last.comparableFields
    }

    // MARK: Words

    private func variable(_ place: AnswerPlace) -> String {
        let letters = (place.keys.last ?? "").map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }
        return
            "answer_\(place.request)_\(place.keys.dropLast().joined().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })\(letters.joined())"
    }

    /// One word for the shell: texts as they are, the rest as variables.
    private func word(_ text: RecordedText) -> String {
        if text.isEmpty { return "''" }
        return text.parts.map { part in
            switch part {
            case .text(let text): quoted(text)
            case .answered(let place): "\"$\(variable(place))\""
            case .secret(let name): "\"$\(name)\""
            }
        }.joined()
    }
}

/// In quotes that a POSIX shell takes everything in literally.
private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

extension RecordedText {
    static func + (a: RecordedText, b: RecordedText) -> RecordedText {
        var sum = a
        sum += b
        return sum
    }

    var places: [AnswerPlace] {
        parts.compactMap { if case .answered(let place) = $0 { place } else { nil } }
    }

    var secrets: [String] {
        parts.compactMap { if case .secret(let name) = $0 { name } else { nil } }
    }
}

extension RecordedExchange {
    var texts: [RecordedText] { [path] + headers.map(\.value) + [body ?? RecordedText()] }

    /// Without repetition, in order.
    var places: [AnswerPlace] {
        texts.flatMap(\.places).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension RecordedExchange.Reply {
    /// Texts and numbers that an equal run answers again: no ids, no times, nothing hidden or generated.
    var comparableFields: [(keys: [String], value: String)] {
        guard let json = try? JSON(parsing: Array(body.utf8)) else { return [] }
        var fields: [(keys: [String], value: String)] = []
        json.forEachLeaf { name, keys, value in
            if AnsweredValues.isVolatile(value, named: name) || value.contains(Redaction.replacement) { return }
            if !keys.isEmpty && !value.contains("\n") && value != "" { fields.append((keys, value)) }
        }
        return fields
    }
}
