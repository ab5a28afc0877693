/** Something in an object that OpenShift's API server would have refused. */
export interface FieldProblem {
  /** Path of the field: `spec.triggers[0].imageChangeParams.from`. */
  readonly field: string;
  /** Whether the field is missing or has a wrong value. */
  readonly reason: 'required' | 'invalid';
  /** What is wrong and what is expected. */
  readonly message: string;
}

/** A field that has to be there. */
export const required = (field: string, message = 'is required'): FieldProblem => ({
  field,
  reason: 'required',
  message,
});

/** A field with a wrong value. */
export const invalid = (field: string, message: string): FieldProblem => ({ field, reason: 'invalid', message });
