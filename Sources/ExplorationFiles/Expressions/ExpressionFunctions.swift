import Foundation
import Money
import SQLiteDriver

/// Why a function of an expression gives no value: a clause for the middle of a sentence.
struct FunctionFailure: Error, CustomStringConvertible {
    let description: String
}

/// The functions that expressions have beside SQLite's.
enum ExpressionFunctions {
    static func add(to connection: SQLiteConnection) throws(SQLiteError) {
        try connection.addFunction("minor", argumentCount: 2, minor)
        try addComparison("rewind_less", to: connection) { $0 < 0 }
        try addComparison("rewind_at_most", to: connection) { $0 <= 0 }
        try addComparison("rewind_more", to: connection) { $0 > 0 }
        try addComparison("rewind_at_least", to: connection) { $0 >= 0 }
        try addComparison("rewind_equal", to: connection) { $0 == 0 }
        try addComparison("rewind_unequal", to: connection) { $0 != 0 }
        try connection.addFunction("rewind_is", argumentCount: 2) { .truth(try areIdentical($0[0], $0[1])) }
        try connection.addFunction("rewind_is_not", argumentCount: 2) { .truth(try !areIdentical($0[0], $0[1])) }
        try connection.addFunction("rewind_among", argumentCount: nil, isAmong)
        try connection.addFunction("rewind_between", argumentCount: 3) { values in
            let above = try order(values[0], values[1]).map { $0 >= 0 }
            let below = try order(values[0], values[2]).map { $0 <= 0 }
            if above == false || below == false { return .truth(false) }
            return above == nil || below == nil ? .null : .truth(true)
        }
    }

    /// Whole minor units of a decimal amount.
    private static func minor(_ arguments: [SQLiteValue]) throws -> SQLiteValue {
        if arguments.contains(.null) { return .null }
        guard case .text(let code) = arguments[1] else {
            throw FunctionFailure(description: "the currency that minor() is given is \(arguments[1].described)")
        }
        let text =
            switch arguments[0] {
            case .text(let text): text
            case .integer(let number): String(number)
            case .real(let number) where number.significantDigits <= 15: number.decimalText
            default:
                throw FunctionFailure(description: "minor() can't take \(arguments[0].described) for an exact amount")
            }
        do {
            return .integer(try Money(decimal: text, Currency(code)).amountMinorUnits)
        } catch {
            throw FunctionFailure(description: "\(error)".asClause)
        }
    }

    // MARK: Comparing

    private static func addComparison(
        _ name: String, to connection: SQLiteConnection, _ holds: @escaping (Int) -> Bool
    ) throws(SQLiteError) {
        try connection.addFunction(name, argumentCount: 2) {
            try order($0[0], $0[1]).map { .truth(holds($0)) } ?? .null
        }
    }

    /// Less than, equal to or greater than 0, as the first is to the second; `nil` when one is null.
    private static func order(_ a: SQLiteValue, _ b: SQLiteValue) throws -> Int? {
        switch (a, b) {
        case (.null, _), (_, .null): return nil
        case (.integer(let a), .integer(let b)): return a < b ? -1 : a == b ? 0 : 1
        case (.real(let a), .real(let b)): return a < b ? -1 : a == b ? 0 : 1
        case (.integer(let a), .real(let b)): return -order(b, a)
        case (.real(let a), .integer(let b)): return order(a, b)
        case (.text(let a), .text(let b)):
            if a.utf8.elementsEqual(b.utf8) { return 0 }
            return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        case (.blob(let a), .blob(let b)): return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        default:
            throw FunctionFailure(description: "it compares \(a.described) with \(b.described), which is never equal")
        }
    }

    /// Exact, unlike turning the integer into a `Double`.
    private static func order(_ a: Double, _ b: Int64) -> Int {
        guard let whole = Int64(exactly: a.rounded(.down)) else { return a < 0 ? -1 : 1 }
        if whole != b { return whole < b ? -1 : 1 }
        return a > Double(whole) ? 1 : 0
    }

    private static func areIdentical(_ a: SQLiteValue, _ b: SQLiteValue) throws -> Bool {
        if a == .null || b == .null { return a == b }
        return try order(a, b) == 0
    }

    private static func isAmong(_ values: [SQLiteValue]) throws -> SQLiteValue {
        var isUnknown = false
        for other in values.dropFirst() {
            guard let order = try order(values[0], other) else {
                isUnknown = true
                continue
            }
            if order == 0 { return .truth(true) }
        }
        return isUnknown ? .null : .truth(false)
    }
}

extension SQLiteValue {
    static func truth(_ value: Bool) -> SQLiteValue { .integer(value ? 1 : 0) }

    /// With its kind, for messages.
    var described: String {
        switch self {
        case .null: "null"
        case .integer(let number): "the number \(number)"
        case .real(let number): "the number \(number.decimalText)"
        case .text(let text): "the text “\(text.count > 60 ? text.prefix(60) + "…" : text)”"
        case .blob: "bytes"
        }
    }
}

extension Double {
    /// Without an exponent where it can do without: `100.5`, and `100` for `100.0`.
    var decimalText: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Of the shortest decimal that stands for this number and no other.
    var significantDigits: Int {
        let digits = "\(magnitude)".prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
        return digits.reversed().drop { $0 == "0" }.count
    }
}

extension String {
    /// Without its full stop, to go on after it.
    var asClause: String { hasSuffix(".") ? String(dropLast()) : self }
}
