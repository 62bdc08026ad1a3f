package tenant

import "github.com/zdaudit/zdaudit/audit/tri"

// A Field is a value that may not have been read. The zero Field was not read;
// comparing it says so instead of taking a side.
type Field[T comparable] struct {
	val   T
	read  bool
	place Place
}

// Read makes a Field of a value that was read at a place.
func Read[T comparable](val T, at Place) Field[T] {
	return Field[T]{val: val, read: true, place: at}
}

// Get gives the value and whether it was read.
func (f Field[T]) Get() (T, bool) { return f.val, f.read }

// Or gives the value, or other where it was not read. Use it for text that is
// shown, not for facts that are judged.
func (f Field[T]) Or(other T) T {
	if f.read {
		return f.val
	}
	return other
}

// Known says whether the value was read.
func (f Field[T]) Known() bool { return f.read }

// Is compares: Unknown where the value was not read.
func (f Field[T]) Is(want T) tri.Value {
	if !f.read {
		return tri.Unknown
	}
	return tri.Of(f.val == want)
}

// Pos is where the value was read.
func (f Field[T]) Pos() Pos { return f.place.Pos() }
