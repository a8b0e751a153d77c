DROP INDEX operations_age;
